"""Finds what looks like a key in a message; the setting `secrets` decides whether to send it.

Pure: the caller provides the question. Images and PDFs are not searched. What keys look like is
in `key_patterns`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from streamchat.core.errors import UsageError
from streamchat.core.key_patterns import PATTERNS, PLACEHOLDERS, KeyPattern
from streamchat.core.messages import Message, format_block_name
from streamchat.core.sanitize import clean_line

ASK, NOTE, REFUSE, OFF = "ask", "note", "refuse", "off"
NOT_SENT = "It was not sent."
_PLACEHOLDER = re.compile(r"(?i)example|your|placeholder|[x*]{8}")
_COUNTS = re.compile(r"(?i)1234|4321|0000|abcd|abc12|12ab|a1b2|1a2b")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_word = re.compile(r"[^\W_]+")
_DOCUMENTED = (  # the ends of the example keys in the documentation of Stripe and jwt.io
    "4eC39HqLyjWDarjtT1zdp7dc",
    "BQokikJOvBiI2HlWgH4olfQ2",
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "KMUFsIDTnFmyG3nMiGM6H9FNFUROf3wh7SmqJp-QV30",
)
_LEAST_VARIETY = 8  # different characters; xxxxxxxx stands for a key in documentation
_SHOWN = 8  # characters of a key that tell the user which one it is
_MOST_SHOWN = 32  # of what comes before a password
_LONG = 500_000  # characters
_MOST_BEFORE = 64  # characters that may belong to a key before its literal text
_SYSTEM_PROMPT = "the system prompt"
_LONGEST_NAME = 60  # of an attachment


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key in a message: its kind, its first characters, and the attachment that holds it."""

    kind: str
    beginning: str
    attachment: str = ""

    def __str__(self) -> str:
        place = f" in {self.attachment}" if self.attachment else ""
        return f"{self.kind} ({self.beginning}…){place}"


def find_keys(text: str, attachment: str = "") -> tuple[FoundKey, ...]:
    """What looks like a key in the text, each once."""
    found: dict[FoundKey, None] = {}
    ends: set[int] = set()
    for pattern in PATTERNS:
        for shown, end in _find(text, pattern):
            if pattern.is_named and end in ends:
                continue  # already found by its form
            ends.add(end)
            found[FoundKey(pattern.kind, clean_line(shown).strip(), attachment)] = None
    return tuple(found)


def _find(text: str, pattern: KeyPattern) -> Iterator[tuple[str, int]]:
    """The part of each key to show, and where the key ends."""
    for start in pattern.starts:
        at = text.find(start)
        rest = re.compile(pattern.rest) if at >= 0 else None
        while rest and at >= 0:
            follows = rest.match(text, at + len(start))
            if follows and not _is_placeholder(follows, is_named=pattern.is_named):
                begin = _begins(text, at, pattern)
                if begin is not None:
                    until = _shown_until(begin, follows, is_named=pattern.is_named)
                    yield text[begin:until], follows.end()
            at = text.find(start, follows.end() if follows else at + len(start))


def _shown_until(begin: int, follows: re.Match[str], *, is_named: bool) -> int:
    """Show its name, the beginning of a key, or what comes before a password."""
    if is_named:
        return follows.start()
    named = follows.start(follows.lastindex) if follows.lastindex else begin + _SHOWN
    return min(named, begin + _MOST_SHOWN)


def _begins(text: str, at: int, pattern: KeyPattern) -> int | None:
    """Where the key around the literal text at `at` begins; None if there is no key."""
    if pattern.before:
        before = re.search(f"(?:{pattern.before})\\Z", text[max(0, at - _MOST_BEFORE) : at])
        return at - len(before[0]) if before else None
    return None if _continues_a_word(text, at) and not pattern.is_named else at


def _continues_a_word(text: str, at: int) -> bool:
    """Whether what begins there is the middle of a name, of base64 or of a path."""
    return at > 0 and text[at].isalnum() and (text[at - 1].isalnum() or text[at - 1] in "_+")


def _is_placeholder(found: re.Match[str], *, is_named: bool) -> bool:
    if is_named:
        return not _looks_random(found[1])
    if found.lastindex:  # a password
        return PLACEHOLDERS.fullmatch(found[found.lastindex]) is not None
    key = found[0]
    is_documented = _PLACEHOLDER.search(key) or key.endswith(_DOCUMENTED)
    return bool(is_documented) or len(set(key)) < _LEAST_VARIETY


def _looks_random(value: str) -> bool:
    """Whether the value looks random: letters and digits alternate within its words, and it
    neither counts up nor is a UUID, which names things. `sha256` and `v2` alternate once, as
    words do."""
    if _PLACEHOLDER.search(value) or _COUNTS.search(value) or _UUID.fullmatch(value):
        return False
    changes = sum(max(0, _count_changes(word) - 1) for word in _word.findall(value))
    return len(set(value)) > _LEAST_VARIETY and changes >= max(3, len(value) // 12)


def _count_changes(word: str) -> int:
    return sum(one.isdigit() != other.isdigit() for one, other in pairwise(word))


def find_keys_in(message: Message, system: str = "") -> tuple[FoundKey, ...]:
    """What looks like a key in a message, in the texts attached to it and in the system
    prompt. 10 MB take 1 s; any thread may do it."""
    texts = [*_texts(message), (system, _SYSTEM_PROMPT)]
    return tuple(key for text, name in texts for key in find_keys(text, name))


def takes_long(message: Message) -> bool:
    """Whether a key or a signal would wait too long for the search."""
    return sum(len(text) for text, _ in _texts(message)) > _LONG


def _texts(message: Message) -> Iterator[tuple[str, str]]:
    """The texts to search, each with the name of its attachment."""
    for block in message.content:
        match block:
            case {"type": "text", "text": str(text)}:
                yield text, ""
            case {"source": {"type": "text", "data": str(text)}}:
                yield text, clean_line(format_block_name(block))[:_LONGEST_NAME]


def describe_keys(found: Sequence[FoundKey]) -> str:
    """This message holds what looks like a GitHub token (ghp_abcd…) and 2 more."""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"This message holds what looks like {found[0]}{more}"


async def may_send(
    found: Sequence[FoundKey],
    policy: str,
    *,
    confirm: Callable[[str], Awaitable[bool]],
    note: Callable[[str], None],
) -> bool:
    """Whether to send what holds these keys; `confirm` asks the user. Raises UsageError where
    keys are refused."""
    if policy == OFF or not found:
        return True
    said = describe_keys(found)
    if policy == ASK:
        return await confirm(f"{said}. Send it?")
    if policy == REFUSE:
        raise UsageError(f"{said}. {NOT_SENT} The setting secrets decides this.")
    note(f"{said}. It is sent.")
    return True
