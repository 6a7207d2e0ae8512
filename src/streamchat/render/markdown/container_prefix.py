"""Containers as row prefixes, and which blocks have a blank row between them.

Owns indentation, bullets, numbers, quote bars and blank rows. Must not know what a leaf
contains. Rule: both depend only on the leaf and the one before it, so tight and loose lists
look alike, and nothing waits for what follows. Items and footnotes follow each other without a
blank row, unless the one before holds more than one block, or ends in a quote.
"""

from __future__ import annotations

from typing import NamedTuple, assert_never

from streamchat.core.markdown.leaves import (
    CodeEnd,
    CodeLine,
    CodeStart,
    Container,
    Definition,
    Empty,
    Footnote,
    Heading,
    HtmlLine,
    Item,
    Leaf,
    Paragraph,
    Quote,
    Table,
)
from streamchat.render.rows import Row
from streamchat.render.spans import Line, Span, build_row
from streamchat.render.style import Palette

_ROOM_MIN = 10  # cells left to the text, however deep it is
_NUMBER_DIGITS = 2  # reserved, so that the tenth item does not shift the first nine


class Prefix(NamedTuple):
    """What precedes a leaf's first row and before its others, `cells` wide."""

    first: Line
    rest: Line
    cells: int


class _Step(NamedTuple):
    marker: Span
    pad: Span
    cells: int


def build_prefix(leaf: Leaf, palette: Palette, width: int, *, task: str = "") -> Prefix:
    """`task` is the check box that stands for the innermost item's bullet."""
    if not leaf.path:
        return Prefix([], [], 0)
    steps = _that_fit(_steps(leaf.path, palette, task), width)
    opened = len(leaf.path) - leaf.opens
    return Prefix(
        [step.marker if index >= opened else step.pad for index, step in steps],
        [step.pad for _, step in steps],
        sum(step.cells for _, step in steps),
    )


def blank_between(previous: Leaf, leaf: Leaf, palette: Palette, width: int) -> list[Row]:
    """The blank row between two leaves, with the bars of the quotes that contain both; none if
    they belong together."""
    if not _stand_apart(previous, leaf):
        return []
    shared = Leaf(Empty(), leaf.path[: _shared_depth(previous, leaf)])
    return [build_row(build_prefix(shared, palette, width).rest)]


def _steps(path: tuple[Container, ...], palette: Palette, task: str) -> list[_Step]:
    steps: list[_Step] = []
    bullets = 0
    for container in path:
        if isinstance(container, Item) and container.number is None:
            bullets += 1
        steps.append(_step(container, bullets, palette))
    if task:
        steps[-1] = _with_task(steps[-1], path[-1], Span(task, palette.parts["marker"]))
    return steps


def _step(container: Container, bullets: int, palette: Palette) -> _Step:
    match container:
        case Quote():
            bar = Span(palette.glyphs.quote_bar, palette.parts["quote-bar"])
            return _Step(bar, bar, len(bar.text))
        case Footnote():
            return _Step(Span("  "), Span("  "), 2)
        case Item(number=None):
            glyphs = palette.glyphs.bullets
            text = glyphs[(bullets - 1) % len(glyphs)]
        case Item():
            text = f"{container.number}{container.delimiter} ".rjust(_NUMBER_DIGITS + 2)
        case _:
            assert_never(container)
    return _Step(Span(text, palette.parts["marker"]), Span(" " * len(text)), len(text))


def _with_task(step: _Step, container: Container, box: Span) -> _Step:
    """A check box replaces a bullet and follows a number."""
    if not isinstance(container, Item) or container.number is None:
        return _Step(box, Span(" " * len(box.text)), len(box.text))
    cells = step.cells + len(box.text)
    return _Step(Span(step.marker.text + box.text, step.marker.style), Span(" " * cells), cells)


def _that_fit(steps: list[_Step], width: int) -> list[tuple[int, _Step]]:
    """All steps, or as many of the outermost as fit beside the innermost and the text."""
    numbered = list(enumerate(steps))
    room = width - min(_ROOM_MIN, (width + 1) // 2)
    if sum(step.cells for step in steps) <= room:
        return numbered
    *outer, innermost = numbered
    kept = []
    room -= innermost[1].cells
    for index, step in outer:
        if step.cells > room:
            break
        room -= step.cells
        kept.append((index, step))
    return [*kept, innermost] if room >= 0 else []


def _shared_depth(previous: Leaf, leaf: Leaf) -> int:
    if previous.path is leaf.path:
        return len(leaf.path)
    depth = 0
    for ours, theirs in zip(previous.path, leaf.path, strict=False):
        if ours.id != theirs.id:
            break
        depth += 1
    return depth


def _stand_apart(previous: Leaf, leaf: Leaf) -> bool:
    depth = _shared_depth(previous, leaf)
    ours, theirs = previous.path[depth:], leaf.path[depth:]
    if not ours and isinstance(previous.block, Heading):
        return False  # no blank row between a heading and its text
    if not ours and not theirs:
        return not _continues(previous, leaf)
    match ours, theirs:
        case (Item(), *_), (Item(), *_):
            assert isinstance(ours[0], Item)
            assert isinstance(theirs[0], Item)
            is_crowded = previous.crowded >> depth > 0
            holds_quote = any(isinstance(container, Quote) for container in ours)
            return is_crowded or holds_quote or ours[0].list_id != theirs[0].list_id
        case (Footnote(), *_), (Footnote(), *_):
            return previous.crowded >> depth > 0
        case (), (Item(), *_):
            in_item = depth > 0 and isinstance(leaf.path[depth - 1], Item | Footnote)
            return not (in_item and isinstance(previous.block, Paragraph))
    return True


def _continues(previous: Leaf, leaf: Leaf) -> bool:
    match leaf.block:
        case CodeLine() | CodeEnd():
            return isinstance(previous.block, CodeStart | CodeLine)
        case HtmlLine(first=first):
            return isinstance(previous.block, HtmlLine) and not first
        case Definition():
            return isinstance(previous.block, Definition)
        case Paragraph(continues=continues):
            return continues
        case Table(begun=begun):
            return begun is not None
        case _:
            return False
