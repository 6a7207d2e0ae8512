"""Links: what is said about an address beside its label, and addresses that fill a row.

Must not know tokens or terminals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from streamchat.render.spans import Line, Span

_NAMES_A_HOST = re.compile(
    r"(?:https?://|www\.)|[\w.-]+\.(?:com|org|net|io|dev|gov|edu|app)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_OPENERS = ("(", "[", "<", '"', "“", "«", "（")
_CITATION = re.compile(r"\[[0-9]+\]")  # its title is with the sources
_HOST = re.compile(r"(?:[a-z]+:)?(?://)?(?:[^/?#@\s]*@)?(?:www\.)?([^/?#:\s]*)", re.IGNORECASE)


@dataclass(slots=True)
class OpenLink:
    """A link whose label is still being written. `target` is "" where it is not a
    hyperlink."""

    url: str
    title: str
    target: str
    label: list[str] = field(default_factory=list)

    def remark(self) -> str:
        """What the reader must see beside the label: the address, the title."""
        label = "".join(self.label).strip()
        parts = []
        if label and not self._says_where(label):
            parts.append(self.url)
        if self.title and not _CITATION.fullmatch(label):
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


def is_long_address(line: Line, width: int) -> bool:
    """Whether the line holds an address that is wider than a row."""
    return any(_is_long(span, width) for span in line)


def addresses_apart(line: Line, width: int) -> list[Line]:
    """The line, split so that addresses wider than a row have lines of their own. Punctuation
    stays with the address before it. OSC 8 links stay where they are."""
    if not is_long_address(line, width):
        return [line]
    lines: list[Line] = [[]]
    behind = False  # an address
    for span in line:
        if _is_long(span, width):
            lines += [[*_taken_opener(lines[-1]), span], []]
            behind = True
            continue
        if behind and span.text[0] != " ":
            clinging, _, rest = span.text.partition(" ")
            lines[-2].append(span._replace(text=clinging))
            span = span._replace(text=rest)
        text = span.text.lstrip(" ") if behind else span.text
        behind = behind and not text
        if text:
            lines[-1].append(span._replace(text=text))
    return [each for each in lines if any(span.text.strip(" ") for span in each)]


def _taken_opener(line: Line) -> Line:
    """Take the bracket or the quotation mark right before an address."""
    if not line or not line[-1].text.endswith(_OPENERS):
        return []
    last = line.pop()
    line.append(last._replace(text=last.text[:-1]))
    return [last._replace(text=last.text[-1])]


def _is_long(span: Span, width: int) -> bool:
    text = span.text
    return len(text) > width and not span.link and _ADDRESS.fullmatch(text) is not None
