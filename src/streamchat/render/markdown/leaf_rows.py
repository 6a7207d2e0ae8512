"""Leaves to rows, in document order.

Owns order, blank rows and reference definitions, and holds back a leaf whose `[label]` may be
defined right after it. Must not know how leaves are found, how a block looks or where rows
go.
Rules: a row returned is final; the look of a leaf depends only on the leaves before it and on
the definitions that follow it immediately, the first MOST_HELD of them. `branch` gives a copy
that takes the open end of the document; what the copy learns does not come back. A leaf that
is held is rendered again once, not for each definition: it may have thousands of labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from streamchat.core.markdown.conventions import read_html_line
from streamchat.core.markdown.inline import Reference
from streamchat.core.markdown.leaves import (
    CodeEnd,
    CodeLine,
    CodeStart,
    Definition,
    Heading,
    HtmlLine,
    Leaf,
)
from streamchat.render.code.fence import CodeBlocks, OpenCode
from streamchat.render.markdown.block_rows import BlockRows, Rendered
from streamchat.render.markdown.container_prefix import blank_between
from streamchat.render.markdown.inline import Inline
from streamchat.render.markdown.prose_rows import UnfinishedRow
from streamchat.render.rows import Row
from streamchat.render.style import Palette

MOST_HELD = 1_000  # definitions after a leaf with undefined labels


@dataclass(frozen=True, slots=True)
class _Held:
    """A closed leaf with labels that may still be defined, and the definitions so far."""

    leaf: Leaf
    previous: Leaf | None
    rows: list[Row]
    missed: frozenset[str]
    missing: int  # how many of these labels are still not defined
    begun: UnfinishedRow | None  # the unfinished row before it
    is_stale: bool = False  # its rows still show a defined label as text
    definitions: tuple[tuple[Leaf, Leaf], ...] = ()  # each with the leaf before it
    after: tuple[Row, ...] = ()  # the rows of the definitions
    live_after: tuple[Row, ...] = ()  # the same, none of them wider than the window


class LeafRows:
    def __init__(self, palette: Palette, width: int) -> None:
        self.leaves_rendered = 0
        self._palette = palette
        self._blocks = BlockRows(palette, width, Inline(palette), CodeBlocks(palette))
        self._references: dict[str, Reference] = {}
        self._references_are_shared = False
        self._previous: Leaf | None = None
        self._held: _Held | None = None
        self._begun: UnfinishedRow | None = None  # the last row, which the next leaf continues
        self._code: OpenCode | None = None
        self._code_leaf: Leaf | None = None

    @property
    def characters_lexed(self) -> int:
        code = self._blocks.code
        return code.work.characters_lexed + code.live_work.characters_lexed

    def feed(self, leaf: Leaf) -> list[Row]:
        match leaf.block:
            case Definition():
                return self._define(leaf, leaf.block)
            case Heading(text="") if not leaf.opens:
                return []
            case HtmlLine(text=text) if not (leaf.opens or read_html_line(text).lines):
                return []
            case CodeStart() | CodeLine() | CodeEnd():
                return self._release() + self._code_rows(leaf)
            case _:
                return self._release() + self._settle_or_hold(leaf)

    def close(self) -> list[Row]:
        rows = self._release()
        if self._code is not None and self._code_leaf is not None:
            rows += self._blocks.code_rows(self._code_leaf, self._code.close())
            self._code = None
        return rows

    def branch(self) -> LeafRows:
        self._refresh()
        twin = self.twin()
        twin.unshare()
        return twin

    def twin(self) -> LeafRows:
        """A copy of a branch without open code."""
        twin = LeafRows.__new__(LeafRows)
        twin.__dict__.update(self.__dict__, _references_are_shared=True)
        return twin

    def unshare(self) -> None:
        """Separate this copy from its original, which it must not change."""
        self._blocks = self._blocks.live()
        if self._code is not None:
            self._code = self._code.branch()
        held = self._held
        if held is not None:
            rows = self._live_rows(held.rows, held.leaf, held.previous, held.begun)
            self._held = replace(held, rows=rows, after=held.live_after)

    def resize(self, width: int) -> None:
        """For the rows made from now on; rows already returned stay as they are."""
        self._blocks = self._blocks.at_width(width)
        held, self._held = self._held, None
        if held is None:
            return
        rows, missed, _ = self._rendered(held.leaf, held.previous, held.begun)
        self._held = _Held(held.leaf, held.previous, rows, missed, len(missed), held.begun)
        for definition, previous in held.definitions:
            self._hold_too(definition, previous, self._rendered(definition, previous).rows)

    def _live_rows(
        self,
        rows: list[Row],
        leaf: Leaf,
        previous: Leaf | None,
        begun: UnfinishedRow | None = None,
    ) -> list[Row]:
        """The terminal may wrap rows that settled, but not rows that may be drawn again."""
        if all(row.width <= self._blocks.width for row in rows):
            return rows
        live = self._blocks.live().rows(leaf, self._references, begun)
        return self._blank_before(leaf, previous) + live.rows

    def _settle_or_hold(self, leaf: Leaf) -> list[Row]:
        previous, self._previous = self._previous, leaf
        begun = self._begun
        rows, missed, self._begun = self._rendered(leaf, previous, begun)
        if not missed:
            return rows
        self._held = _Held(leaf, previous, rows, missed, len(missed), begun)
        return []

    def _release(self) -> list[Row]:
        self._refresh()
        held, self._held = self._held, None
        return [*held.rows, *held.after] if held is not None else []

    def _refresh(self) -> None:
        """Render the held leaf again with the labels that have been defined since."""
        held = self._held
        if held is not None and held.is_stale:
            rows, missed, _ = self._rendered(held.leaf, held.previous, held.begun)
            self._held = replace(
                held, rows=rows, missed=missed, missing=len(missed), is_stale=False
            )

    def _rendered(
        self, leaf: Leaf, previous: Leaf | None, begun: UnfinishedRow | None = None
    ) -> Rendered:
        self.leaves_rendered += 1
        rendered = self._blocks.rows(leaf, self._references, begun)
        rendered.rows[:0] = self._blank_before(leaf, previous)
        return rendered

    def _blank_before(self, leaf: Leaf, previous: Leaf | None) -> list[Row]:
        if previous is None:
            return []
        return blank_between(previous, leaf, self._palette, self._blocks.width)

    def _define(self, leaf: Leaf, definition: Definition) -> list[Row]:
        """A definition serves what follows it, and the leaf that waits for it."""
        is_new = self._learn(definition)
        previous, self._previous = self._previous, leaf
        rows = self._rendered(leaf, previous).rows
        held = self._held
        if held is None or previous is None:
            return rows
        if is_new and definition.label in held.missed:
            self._held = replace(held, missing=held.missing - 1, is_stale=True)
        self._hold_too(leaf, previous, rows)
        return self._release_if_due()

    def _release_if_due(self) -> list[Row]:
        """The rows of the held leaf, if all its labels are defined or too many definitions
        wait with it."""
        if self._held is not None and not self._held.missing:
            self._refresh()
        held = self._held
        assert held is not None
        is_due = not held.missing or len(held.definitions) == MOST_HELD
        return self._release() if is_due else []

    def _hold_too(self, definition: Leaf, previous: Leaf, rows: list[Row]) -> None:
        held = self._held
        assert held is not None
        self._held = replace(
            held,
            definitions=(*held.definitions, (definition, previous)),
            after=(*held.after, *rows),
            live_after=(*held.live_after, *self._live_rows(rows, definition, previous)),
        )

    def _learn(self, definition: Definition) -> bool:
        """Whether it counts: the first definition of a label wins."""
        if definition.label in self._references:
            return False
        if self._references_are_shared:
            self._references = self._references.copy()
            self._references_are_shared = False
        self._references[definition.label] = Reference(definition.destination, definition.title)
        return True

    def _code_rows(self, leaf: Leaf) -> list[Row]:
        match leaf.block:
            case CodeStart(info=info):
                self._code, self._code_leaf = self._blocks.code.begin(info), leaf
                blank = self._blank_before(leaf, self._previous)
                rows = blank + self._blocks.code_start_rows(leaf, info)
            case CodeLine(text=text) if self._code is not None:
                rows = self._blocks.code_rows(leaf, self._code.feed(text))
            case CodeEnd(is_open=is_open) if self._code is not None:
                rows = self._blocks.code_rows(leaf, self._code.close())
                if not is_open:
                    rows += self._blocks.code_end_rows(leaf)
                self._code = None
            case _:
                return []
        self._previous = leaf
        return rows
