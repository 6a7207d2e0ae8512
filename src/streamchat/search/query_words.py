"""Turns texts into what is indexed, typed words into a query, and hits into excerpts. Pure.

SQLite's unicode61 tokenizer ends a word where letters, digits and marks end, and ignores case
and diacritics. In scripts without blanks between words (Han, kana, Hangul, Thai, Lao, Khmer,
Burmese) a sentence would be one word. Here each character of these scripts is a word, and a
query is a phrase of characters, so that any part can be found, even one character. (The
trigram tokenizer needs three, and most Chinese words have two; its index is three times as
large.) Elsewhere words are found by their beginning.

What a user types is never query syntax: each word becomes a quoted phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from streamchat.core.conversation_index import Excerpt

PREFIXES = "1 2"
TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"

# Neither blanks (str.split would split words there) nor letters: they separate tokens.
HIT_BEGINS, HIT_ENDS, _SEPARATOR = "\x02", "\x03", "\x04"
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f]")
_SYMBOLS = 0x2400  # of the block of control pictures
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff"
    "\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uaa60-\uaa7f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]+"
)


def storable(text: str) -> str:
    """A text without lone surrogates, which SQLite cannot store, and without control
    characters: our own marks must not occur in it, and a NUL would end it."""
    clean = _CONTROLS.sub(lambda found: chr(_SYMBOLS + ord(found[0])), text)
    return clean if clean.isascii() else _SURROGATES.sub("\ufffd", clean)


def encode_directory(path: str | None) -> bytes | None:
    """A path as bytes, because it may contain lone surrogates, which SQLite cannot store."""
    return None if path is None else path.encode("utf-8", "surrogatepass")


def decode_directory(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "surrogatepass")


def indexed(text: str) -> str:
    """A text as it is in the index; `format_excerpt` turns it back."""
    clean = storable(text)
    if clean.isascii():
        return clean
    return _UNSPACED.sub(_parted, unicodedata.normalize("NFC", clean))


def _parted(run: re.Match[str]) -> str:
    return f"{_SEPARATOR}{_SEPARATOR.join(run[0])}{_SEPARATOR}"


def build_query(typed: str) -> str | None:
    """The query for what was typed: all words must occur; the last one may be the beginning
    of a word unless a blank follows it. None if it contains no word."""
    words = [word for word in indexed(typed).split() if any(map(_is_of_word, word))]
    if not words:
        return None
    phrases = ['"' + word.replace('"', '""') + '"' for word in words]
    goes_on = "" if typed[-1:].isspace() else "*"
    return " AND ".join(phrases) + goes_on


def _is_of_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "Co"


def format_excerpt(marked: str) -> Excerpt:
    """An excerpt on one line, in pieces; the flag says whether a piece was searched for."""
    text = " ".join(marked.replace(_SEPARATOR, "").split())
    return tuple(_pieces(text))


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    for part in text.split(HIT_BEGINS):
        hit, end, rest = part.partition(HIT_ENDS)
        if not end:
            hit, rest = "", part
        if hit:
            yield hit, True
        if rest:
            yield rest, False
