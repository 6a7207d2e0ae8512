"""Which words find what: texts as they are written, queries as they are typed."""

import unicodedata
from pathlib import Path

import pytest
from indexed_conversations import IndexedConversations

from streamchat.search.query_words import build_query, format_excerpt, indexed


@pytest.fixture
def saved(tmp_path: Path) -> IndexedConversations:
    return IndexedConversations(tmp_path)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("the lexer", True),
        ("lexer THE", True),
        ("lex", True),  # the last word may go on
        ("lex ", False),  # unless a blank ends it
        ("lex the", False),  # the others are whole
        ("the parser", False),
        ("exer", False),  # words are found by their beginning
        ("cafe", True),
        ("CAFÉ", True),
        (unicodedata.normalize("NFD", "café"), True),
        ("naive", True),
        ("привет", True),
        ("foo_bar", True),
        ("bar", True),
        ("getUser", True),
        ("3.11", True),
        ("3.12", False),
        ("don't", True),
        ("हिन्दी", True),
        ("हान", False),
    ],
)
def test_words(saved: IndexedConversations, typed: str, found: bool) -> None:
    saved.converse("The lexer’s café, naïve ПРИВЕТ: foo_bar getUserName 3.11 don't हिन्दी.")
    assert (saved.found(typed) != []) is found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("東", True),
        ("東京", True),
        ("京の", True),
        ("の天気", True),
        ("京東", False),
        ("東京 天気", True),
        ("データ", True),
        ("대학", True),
        ("학교", True),
        (unicodedata.normalize("NFD", "학교"), True),
        ("ภาษา", True),
        ("ไทย", True),
    ],
)
def test_writing_without_blanks_is_found_by_any_part(
    saved: IndexedConversations, typed: str, found: bool
) -> None:
    text = "今日は東京の天気がいい。データ処理。대학교에서 ภาษาไทย"
    for form in (text, unicodedata.normalize("NFD", text)):
        saved.converse(form)
    assert len(saved.found(typed)) == (2 if found else 0)


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        '"open',
        'a" OR "b',
        "lexer AND",
        "lexer OR parser",
        "NOT lexer",
        "NEAR(lexer parser)",
        "title:lexer",
        "{title}: lexer",
        "lexer*parser",
        "lexer + parser",
        "'; DROP TABLE words; --",
        "\x00\ud800",
        "  ",
        "🎉 → ++",
    ],
)
def test_what_is_typed_is_never_syntax(saved: IndexedConversations, typed: str) -> None:
    saved.converse("a lexer")
    assert saved.found(typed) == []
    assert saved.found("lexer") == ["a lexer"]


def test_signs_between_words_mean_nothing(saved: IndexedConversations) -> None:
    saved.converse("the lexer, or the parser; (near) it")
    for typed in (
        "lexer, OR",
        '"lexer"',
        "the parser;",
        "(near)",
        "^lexer",
        "-lexer",
        "(lexer",
        "* near",
    ):
        assert len(saved.found(typed)) == 1, typed


def test_a_query_is_made_of_quoted_words() -> None:
    assert build_query("two words") == '"two" AND "words"*'
    assert build_query("ended ") == '"ended"'
    assert build_query('say "hi"') == '"say" AND """hi"""*'
    assert build_query("... → 🎉") is None
    assert build_query("") is None


def test_an_excerpt_is_the_text_again_on_one_line() -> None:
    marked = indexed("Um\n東京 \t駅").replace(indexed("東京"), f"\x02{indexed('東京')}\x03")
    assert format_excerpt(marked) == (("Um ", False), ("東京", True), (" 駅", False))
    assert format_excerpt("no hit") == (("no hit", False),)
    assert format_excerpt("") == ()


def test_what_could_be_taken_for_our_marks_is_shown_as_symbols(
    saved: IndexedConversations,
) -> None:
    saved.converse("a \x02lexer\x03 \x1b[31m\x00 \ud800 end")
    [hit] = saved.hits("lexer")
    assert hit.excerpt == (("a ␂", False), ("lexer", True), ("␃ ␛[31m␀ \ufffd end", False))
