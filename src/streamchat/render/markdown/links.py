"""Links: what is said about an address beside its label.

Must not know styles, tokens or terminals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAMES_A_HOST = re.compile(
    r"(?:https?://|www\.)|[\w.-]+\.(?:com|org|net|io|dev|gov|edu|app)\b", re.IGNORECASE
)
_HOST = re.compile(r"(?:[a-z]+:)?(?://)?(?:[^/?#@\s]*@)?(?:www\.)?([^/?#:\s]*)", re.IGNORECASE)


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
