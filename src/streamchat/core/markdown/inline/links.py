"""Links, pictures and footnote references: what brackets turn into."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it.common.utils import normalizeReference

from streamchat.core.markdown.inline.brackets import (
    LABEL_CHARACTERS,
    read_label,
    read_target,
    reads_as_link,
)
from streamchat.core.markdown.inline.emphasis import pair_runs
from streamchat.core.markdown.inline.pending import Bracket, plain_text, resolved
from streamchat.core.markdown.inline.state import InlineState
from streamchat.core.markdown.inline.tokens import (
    Autolink,
    Image,
    LinkClose,
    LinkOpen,
    Note,
    Reference,
    Text,
)
from streamchat.core.sanitize import without_hints


class Links:
    """The open brackets, and the labels without a definition."""

    def __init__(self, references: Mapping[str, Reference]) -> None:
        self.missed: set[str] = set()
        self._references = references
        self._brackets: list[Bracket] = []
        self._bracket_nodes: list[int] = []  # where each of them is among the nodes
        self._inactive = 0  # the outermost ones that can no longer start a link

    def open(self, state: InlineState, *, image: bool) -> None:
        """At `[`, or at `![`."""
        size = 2 if image else 1
        if self._brackets:
            self._brackets[-1].bracket_after = True
        bracket = Bracket(state.at + size, len(state.runs), image=image)
        state.add(bracket, state.at + size)
        self._brackets.append(bracket)
        self._bracket_nodes.append(len(state.nodes) - 1)

    def close(self, state: InlineState) -> bool:
        """At `]`; False when it closes no link, and is text."""
        if not self._brackets:
            return False
        state.flush()
        opener, node = self._brackets.pop(), self._bracket_nodes.pop()
        is_active = opener.image or len(self._brackets) >= self._inactive
        self._inactive = min(self._inactive, len(self._brackets))
        return is_active and (
            self._inline_link(state, opener, node)
            or self._reference_link(state, opener, node)
            or _footnote(state, opener, node)
        )

    def _inline_link(self, state: InlineState, opener: Bracket, node: int) -> bool:
        if not state.source.startswith("(", state.at + 1):
            return False
        target = read_target(state.source, state.at + 1)
        if target is not None:
            self._link(state, opener, node, Reference(target.url, target.title), target.end)
        return target is not None

    def _reference_link(self, state: InlineState, opener: Bracket, node: int) -> bool:
        has_label = state.source.startswith("[", state.at + 1)
        label = read_label(state.source, state.at + 1) if has_label else None
        own = state.source[opener.at : state.at] if not opener.bracket_after else ""
        is_number = own.isdecimal() and not opener.image
        if is_number and label and label.text.isdecimal():
            label = None  # `[1][2]` are two citations
        end = label.end if label else state.at + 1
        name = label.text if label and label.text else own
        if not name.strip() or len(name) > LABEL_CHARACTERS:
            return False
        found = self._look_up(name)
        if found is not None:
            if is_number and (label is None or not label.text):
                _keep_brackets(state, node)
            self._link(state, opener, node, found, end)
        elif (
            label
            and label.text
            and not opener.image
            and reads_as_link(state.source, opener.at, state.at, label)
        ):
            opener.token = None
            state.add(Note(f"[{without_hints(name)}]"), end)
        else:
            return False
        return True

    def _look_up(self, name: str) -> Reference | None:
        label = normalizeReference(name)
        found = self._references.get(label)
        if found is None and not label.startswith("^"):
            self.missed.add(label)
        return found

    def _link(
        self, state: InlineState, opener: Bracket, node: int, target: Reference, end: int
    ) -> None:
        pair_runs(state.runs[opener.run_count :])
        del state.runs[opener.run_count :]
        if opener.image:
            text = plain_text(resolved(state.nodes[node + 1 :]))
            del state.nodes[node:]
            state.add(Image(text, target.url, target.title), end)
            return
        opener.token = LinkOpen(target.url, target.title)
        for at in range(node + 1, len(state.nodes)):
            inner = state.nodes[at]
            if isinstance(inner, Autolink):
                state.nodes[at] = Text(inner.text)
        state.add(LinkClose(), end)
        self._inactive = len(self._brackets)  # links are not nested


def _keep_brackets(state: InlineState, node: int) -> None:
    """`known [1]` cites a source: it must not read as `known 1`."""
    state.nodes.insert(node + 1, Text("["))
    state.nodes.append(Text("]"))


def _footnote(state: InlineState, opener: Bracket, node: int) -> bool:
    label = state.source[opener.at : state.at]
    if opener.image or label[:1] != "^" or len(label) < 2 or re.search(r"\s", label):
        return False
    del state.nodes[node:]
    del state.runs[opener.run_count :]
    state.add(Note(f"[{without_hints(label)}]"), state.at + 1)
    return True
