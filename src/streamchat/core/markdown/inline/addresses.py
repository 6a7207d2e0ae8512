"""Addresses in plain text, citation marks, and automatic links in `<…>`.

An address ends before the punctuation of the sentence around it, as in GFM, and before
Chinese and Japanese punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from streamchat.core.markdown.inline.tokens import Autolink, Note, Text, Token

_WIDE_PUNCTUATION = "、。，；！？：（）「」『』【】《》〈〉“”"
_address = re.compile(rf"[^\s<>\"\[\]`*{_WIDE_PUNCTUATION}]+")
_scheme = re.compile(r"(?:\A|(?<![0-9A-Za-z]))https?\Z", re.IGNORECASE)
_TRAILING = ".,;:!?'*_~…"

# In text without a scheme: www., mail addresses, 【4†source】 and its kin in private use.
_loose = re.compile(
    r"(?<![\w./@-])www\.[\w-]+\.[^\s<>\"\[\]`*" + _WIDE_PUNCTUATION + r"]+"
    r"|(?<![\w.+/-])[\w+-]++(?:\.[\w+-]++)*+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++"
    r"|【[^【】\n]{1,60}】"
    r"|\ue200([^\ue200\ue201\n]{1,200})\ue201",
    re.ASCII,
)
_citation = re.compile(r"【\s*\d+(?::\d+)?†[^【】]*】")

_autolink = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\x00-\x20<>]*)>")
_mail = re.compile(
    r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*)>"
)


def scheme_start(text: str) -> int:
    """Where `http` or `https` at the end of `text` starts; -1 when it does not end in one."""
    match = _scheme.search(text, max(0, len(text) - 6))
    return match.start() if match else -1


def address_end(source: str, start: int, colon: int) -> int:
    """Where the address at `start` ends; `start` when nothing follows its `://`."""
    match = _address.match(source, start)
    assert match is not None
    end = start + _length(match[0])
    return end if end > colon + 3 else start


def _length(text: str) -> int:
    """Without the punctuation of the sentence around it."""
    size = len(text)
    unclosed = text.count("(") - text.count(")")  # negative: some close nothing
    while size:
        if text[size - 1] == ")" and unclosed < 0:
            unclosed += 1
        elif text[size - 1] not in _TRAILING:
            break
        size -= 1
    return size


def read_autolink(source: str, start: int) -> tuple[str, str, int] | None:
    """`<https://…>` or `<a@b.c>` at `start`: its text, its address and where it ends."""
    if match := _autolink.match(source, start):
        return match[1], match[1], match.end()
    if match := _mail.match(source, start):
        return match[1], f"mailto:{match[1]}", match.end()
    return None


def in_plain_text(text: str) -> Iterator[Token]:
    """The text, split where addresses and citation marks are."""
    if "@" not in text and "【" not in text and "\ue200" not in text and "www." not in text:
        yield Text(text)
        return
    done = 0
    for match in _loose.finditer(text):
        token = _found(match)
        if token is None:
            continue
        if match.start() > done:
            yield Text(text[done : match.start()])
        yield token
        size = len(token.text) if isinstance(token, Autolink) else len(match[0])
        done = match.start() + size
    if done < len(text):
        yield Text(text[done:])


def _found(match: re.Match[str]) -> Autolink | Note | None:
    text = match[0]
    if text.startswith("www."):
        text = text[: _length(text)]
        return Autolink(text, f"http://{text}")
    if match[1] is not None:
        return Note(f"【{match[1].replace(chr(0xE202), ' ')}】")
    if text[0] == "【":
        return Note(text) if _citation.fullmatch(text) else None
    return Autolink(text, f"mailto:{text}")
