"""Nothing that commands a terminal gets through; nothing that is writing is harmed."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamchat.core.sanitize import (
    Sanitizer,
    clean,
    clean_line,
    clean_prose,
    clean_title,
    clean_typed,
    marked_hints,
    without_hints,
)

CORPUS = json.loads((Path(__file__).parents[1] / "data/escape_corpus.json").read_text("utf-8"))
PAYLOADS: dict[str, str] = {entry["name"]: entry["payload"] for entry in CORPUS}

WRITING = {
    "plain": "Text, tabs\tand\nnew lines. Ünïcödé — “quotes” … €",
    "cjk": "中文、日本語、한국어",
    "family": "👩‍👩‍👧‍👦 and 🧑‍🤝‍🧑",
    "skin tone": "👩🏽‍🚀👍🏿",
    "variation selector before a joiner": "❤️‍🔥 👁️‍🗨️ 🏳️‍🌈 🏴‍☠️",
    "regional indicators": "🇬🇧🇫🇷🇯🇵",
    "keycaps": "1️⃣ #️⃣ *️⃣",
    "text style": "☎︎ ↔︎",
    "flags by tags": "🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁳󠁣󠁴󠁿🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "a black flag": "🏴 alone",
    "Persian": "می‌خواهم نمی‌دانم",
    "Arabic with marks": "مُحَمَّد ١٢٣",
    "Arabic number sign": "\u0600١٢٣",
    "Hindi": "क्‍ष र्‍य क्‌ष",
    "Sinhala": "ශ්‍රී ලංකාව",
    "Malayalam": "നമ്‍ അവന്‍",
    "Bengali": "র‍্যাব",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ\u180b",
    "ideographic variation": "葛\U000e0100城",
    "combining marks": "e\u0301 n\u0303 Z\u0351\u036b",
    "private use": "\ue0b0 \uf121",
}

REPLACED = {
    "escape": ("\x1b[31mred", "␛[31mred"),
    "all C0": ("".join(map(chr, range(0x20))), "␀␁␂␃␄␅␆␇␈\t\n␋␌\n␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟"),
    "delete": ("a\x7fb", "a␡b"),
    "C1": ("\x80\x9b31m\x9f", "��31m�"),
    "line ends": ("a\r\nb\rc\n\rd\r\r\ne", "a\nb\nc\n\nd\n\ne"),
    "bidi": ("a\u202eb\u2066c\u200fd\u061ce", "a�b�c�d�e"),
    "zero width": ("a\u200bb\u2060c\ufeffd\xade\u034ff", "a�b�c�d�e�f"),
    "fillers": ("\u3164\uffa0\u115f\u1160", "����"),
    "separators": ("a\u2028b\u2029c", "a�b�c"),
    "surrogates": ("a\ud800b\udc9b", "a�b�"),
    "noncharacters": ("\ufdd0\uffff\U0001fffe\U0010ffff", "����"),
    "joiners in Latin": ("a\u200db\u200cc", "a�b�c"),
    "a second joiner": ("😀\u200d\u200d", "😀\u200d�"),
    "a second selector": ("😀\ufe0f\U000e0173", "😀\ufe0f�"),
    "a selector without a base": ("\ufe0f \ufe0f\n\ufe0f", "� �\n�"),
    "tags": ("hi\U000e0068\U000e0069\U000e007f", "hi���"),
    "an unknown flag": (
        "🏴\U000e0067\U000e0062\U000e0078\U000e007f",
        "🏴����",
    ),
    "tags after a flag": (
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿\U000e0067\U000e0062",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿��",
    ),
    "a flag that never ends": ("🏴\U000e0067\U000e0062", "🏴��"),
}


def fed(*pieces: str) -> str:
    sanitizer = Sanitizer()
    return "".join([*map(sanitizer.feed, pieces), sanitizer.close()])


def assert_however_cut(source: str, expected: str) -> None:
    assert clean(source) == expected
    assert fed(*source) == expected
    for cut in range(len(source) + 1):
        assert fed(source[:cut], source[cut:]) == expected


@pytest.mark.parametrize("source", WRITING.values(), ids=WRITING)
def test_writing_is_left_alone(source: str) -> None:
    assert_however_cut(source, source)


@pytest.mark.parametrize(("source", "expected"), REPLACED.values(), ids=REPLACED)
def test_what_commands_or_hides_is_made_visible(source: str, expected: str) -> None:
    assert_however_cut(source, expected)


def test_no_payload_reaches_the_terminal() -> None:
    for name, payload in PAYLOADS.items():
        expected = clean(payload)
        controls = [
            character
            for character in expected.replace("\n", "").replace("\t", "")
            if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        ]
        assert controls == [], name
        for cut in range(min(len(payload), 200) + 1):
            assert fed(payload[:cut], payload[cut:]) == expected, (name, cut)


def test_the_corpus_is_whole() -> None:
    assert len(PAYLOADS) >= 96


nasty = st.text(
    st.sampled_from("a \n\r\t\x1b\x9b🏴😀\u200d\u200c\ufe0f\u0645क\ud800\u202e")
    | st.sampled_from("\U000e0067\U000e0062\U000e0065\U000e006e\U000e007f\U000e0101"),
    max_size=14,
)


@settings(max_examples=300)
@given(st.lists(nasty, max_size=5))
def test_how_the_stream_was_cut_does_not_matter(pieces: list[str]) -> None:
    assert fed(*pieces) == clean("".join(pieces))


@settings(max_examples=300)
@given(nasty)
def test_cleaning_twice_changes_nothing(source: str) -> None:
    assert clean(clean(source)) == clean(source)


def test_only_the_tags_of_a_possible_flag_are_held_back() -> None:
    sanitizer = Sanitizer()
    assert sanitizer.feed("line\r") == "line\n"
    assert sanitizer.feed("\n👩\u200d") == "👩\u200d"
    assert sanitizer.feed("🏴\U000e0067\U000e0062") == "🏴"
    assert sanitizer.feed("x") == "��x"
    assert sanitizer.close() == ""


def test_a_line_shows_its_newlines_and_blanks_its_tabs() -> None:
    assert clean_line("a\tb\r\nc\x1b") == "a b␤c␛"


HINTS = {
    "zero-width space": ("zero\u200bwidth", "zerowidth"),
    "soft hyphen": ("soft\xadhyphen", "softhyphen"),
    "word joiner": ("word\u2060joiner", "wordjoiner"),
    "byte order mark": ("\ufeffx", "x"),
    "marks of direction": ("a\u200e b\u200f c\u061c", "a b c"),
    "Hebrew": ("\u200fשלום\u200f.", "שלום."),
    "Khmer": ("ក\u17b4ខ\u200bគ\u17b5", "កខគ"),
    "Persian": ("می\u200cخواهم", "می\u200cخواهم"),
    "Hindi": ("क्\u200dष", "क्\u200dष"),
    "emoji": ("👩\u200d💻 ❤\ufe0f\u200d🔥", "👩\u200d💻 ❤\ufe0f\u200d🔥"),
    "a joiner in Latin": ("zw\u200cnj\u200dx", "zwnjx"),
    "nothing": ("plain, é, 中", "plain, é, 中"),
}


@pytest.mark.parametrize(("source", "shown"), HINTS.values(), ids=HINTS)
def test_hints_are_kept_for_prose_which_drops_them(source: str, shown: str) -> None:
    assert clean(source, keeps_hints=True) == source
    assert without_hints(source) == shown
    sanitizer = Sanitizer(keeps_hints=True)
    assert "".join([*map(sanitizer.feed, source), sanitizer.close()]) == source


@pytest.mark.parametrize("override", "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u202c")
def test_overrides_and_embeddings_are_no_hints(override: str) -> None:
    assert clean(f"a{override}b", keeps_hints=True) == "a\ufffdb"


def test_in_code_hints_are_marks() -> None:
    assert marked_hints("x\u200b=\ufeff1") == [
        ("x", False),
        ("<200b>", True),
        ("=", False),
        ("<feff>", True),
        ("1", False),
    ]
    assert marked_hints("👩\u200d💻") == [("👩\u200d💻", False)]
    assert marked_hints("plain") == [("plain", False)]


SCRIPTS = (
    "\u200fשלום\u200f עולם",
    "می\u200cخواهم\u200e 2",
    "ខ្ញុំ\u200bស្រឡាញ់ កក\u17b4",
    "हिन्\u200dदी",
)


@pytest.mark.parametrize("written", SCRIPTS)
def test_titles_and_typed_text_of_any_script_hold_no_replacement(written: str) -> None:
    assert "\ufffd" not in clean_title(f"{written}\n{written}") + clean_prose(written)
    assert clean_typed(written) == written


def test_a_typed_line_keeps_its_positions_and_hides_nothing_elsewhere() -> None:
    assert clean_typed("rm\u200b x\x1b\u2063") == "rm\ufffd x␛\ufffd"
    assert clean_typed("a\r\n\u200fש") == "a\n\n\u200fש"
    assert clean_line("rm\u200b x") == "rm\ufffd x"


def test_where_a_line_may_break_is_kept_within_words() -> None:
    kept = "a\u200bb c\xadd"
    assert without_hints(f"{kept}\u2060 \xade\u200b\xad ", keeps_breaks=True) == f"{kept} e "
