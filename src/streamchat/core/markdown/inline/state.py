"""How far a text is read, and its tokens so far."""

from __future__ import annotations

from streamchat.core.markdown.inline.addresses import in_plain_text
from streamchat.core.markdown.inline.emphasis import DelimiterRun
from streamchat.core.markdown.inline.pending import Node
from streamchat.core.sanitize import without_hints


class InlineState:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []  # plain text that is not yet a node
        self.nodes: list[Node] = []
        self.runs: list[DelimiterRun] = []  # that are not paired yet

    def flush(self) -> None:
        """Make nodes of the plain text."""
        if self.text:
            self.nodes += in_plain_text(without_hints("".join(self.text), keeps_breaks=True))
            self.text.clear()

    def add(self, node: Node, end: int) -> None:
        """What is read up to `end` is that node."""
        self.flush()
        self.nodes.append(node)
        self.at = end

    def take(self, count: int) -> None:
        """The next characters are plain text."""
        self.text.append(self.source[self.at : self.at + count])
        self.at += count
