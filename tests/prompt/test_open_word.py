"""The word that is being typed, and names that are written as one."""

from __future__ import annotations

import shlex

import pytest

from streamchat.core.mentions import find_mentions
from streamchat.prompt.open_word import (
    OpenWord,
    find_open_mention,
    find_open_word,
    quote_name,
)

NAMES = ["a.txt", "my file.txt", "it's", 'say "hi".md', "a&b;c", "日本 語.txt", "$HOME", "a\\b"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", OpenWord(0, "")),
        ("one", OpenWord(0, "one")),
        ("one two", OpenWord(4, "two")),
        ("one ", OpenWord(4, "")),
        (r"one my\ fi", OpenWord(4, "my fi")),
        ('one "my fi', OpenWord(4, "my fi", '"')),
        ("one 'my fi", OpenWord(4, "my fi", "'")),
        ('"a b" c', OpenWord(6, "c")),
    ],
)
def test_the_last_word_goes_on(text: str, word: OpenWord) -> None:
    assert find_open_word(text) == word


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        ("@", OpenWord(1, "")),
        ("see @src/ma", OpenWord(5, "src/ma")),
        ('see @"my fi', OpenWord(5, "my fi", '"')),
        (r"(@my\ fi", OpenWord(2, "my fi")),
        ("me@example", None),
        ("@done and", None),
        ("see", None),
        ('@"closed" ', None),
    ],
)
def test_an_at_names_a_file_where_a_message_would(text: str, mention: OpenWord | None) -> None:
    assert find_open_mention(text) == mention


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_name_is_read_as_it_was_meant(name: str, quote: str) -> None:
    written = quote_name(name, quote)
    assert shlex.split(f"first {written} last") == ["first", name, "last"]


@pytest.mark.parametrize("name", NAMES)
def test_a_mention_is_read_as_it_was_meant(name: str) -> None:
    assert name in find_mentions(f"see @{quote_name(name)} please")[0]


@pytest.mark.parametrize(("quote", "written"), [("", r"my\ dir/"), ('"', '"my dir/')])
def test_a_directory_stays_open(quote: str, written: str) -> None:
    assert quote_name("my dir/", quote) == written
    assert find_open_word(f"{written}x").value == "my dir/x"
