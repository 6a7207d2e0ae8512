"""Links: what is said about an address, and addresses that stand in plain text.

Must not know styles, tokens or terminals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_MARK = re.compile(r"https?://[^\s<>\"\[\]]+|\[\^[^\]\s]+\]")
_AFTER_ADDRESS = ".,;:!?'*_~"
_NAMES_A_HOST = re.compile(
    r"(?:https?://|www\.)|[\w.-]+\.(?:com|org|net|io|dev|gov|edu|app)\b", re.IGNORECASE
)
_HOST = re.compile(r"(?:[a-z]+:)?(?://)?(?:[^/?#@\s]*@)?(?:www\.)?([^/?#:\s]*)", re.IGNORECASE)


def marks_in(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where bare addresses (True) and footnote references (False) stand."""
    if "://" not in text and "[^" not in text:
        return
    for match in _MARK.finditer(text):
        if match[0].startswith("["):
            yield match.start(), match.end(), False
        else:
            yield match.start(), match.start() + _address_len(match[0]), True


def _address_len(text: str) -> int:
    """Without the punctuation of the sentence round it, as GFM has it."""
    size = len(text)
    while size and (text[size - 1] in _AFTER_ADDRESS or _closes_nothing(text[:size])):
        size -= 1
    return size


def _closes_nothing(text: str) -> bool:
    return text[-1] == ")" and text.count(")") > text.count("(")


@dataclass(slots=True)
class OpenLink:
    """A link whose label is still being written. `target` is "" where it is no hyperlink."""

    url: str
    title: str
    target: str
    label: list[str] = field(default_factory=list)

    def remark(self) -> str:
        """What must be added to the label so that nothing is hidden."""
        label = "".join(self.label).strip()
        parts = []
        if label and not self._says_where(label):
            parts.append(self.url)
        if self.title:
            parts.append(f'"{self.title}"')
        return " ".join(part for part in parts if part)

    def _says_where(self, label: str) -> bool:
        if label == self.url or f"mailto:{label}" == self.url:
            return True
        if not self.target:
            return False
        return not _NAMES_A_HOST.match(label) or _host(label) == _host(self.url)


def _host(url: str) -> str:
    match = _HOST.match(url)
    return match[1].casefold() if match else ""
