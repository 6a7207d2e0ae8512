"""The tree of turns as lines of text, for /tree.

Each line has the number of a turn (its position in the file, which never changes), its age
and the graph: the current branch is a straight line at the left, other branches leave it to
the right. In a long conversation, stretches without a branch are left out, and their turns
are not read. Pure: a conversation in, text out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from streamchat.app.listing import age
from streamchat.core.capabilities import is_same_model
from streamchat.core.cell_cut import cut_to_cells
from streamchat.core.conversation import Conversation, one_line
from streamchat.core.messages import Block, Role
from streamchat.core.records import Turn
from streamchat.core.times import parse_time
from streamchat.core.tool_lines import tool_line

ENOUGH_LINES = 40  # a tree up to this length is drawn completely
_ROW_CELLS = 79  # a row fits a window of 80 columns
_DEEPEST_GRAPH = 24  # characters; deeper graphs are cut to leave room for the text
_SHORTEST_GAP = 3
_SIGNS: Mapping[Role, str] = {"user": "❯ ", "assistant": "  ", "system": "  "}

_WHO: Mapping[Role, str] = {"user": "you", "system": "system prompt"}


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One turn of the drawing."""

    id: str
    graph: str


def draw(conversation: Conversation, *, now: float, whole: bool) -> list[str]:
    """The lines, without colours."""
    path = conversation.line()
    rows = build_outline(conversation.outline(), frozenset(path))
    numbers = {id: number for number, (id, _) in enumerate(conversation.outline(), 1)}
    width = len(str(len(numbers)))
    lines = []
    for row in rows if whole else _eventful(rows, conversation.head):
        if isinstance(row, int):
            lines.append(f"{'':{width}}         ⋮ {row} turns")
            continue
        turn = conversation.turn(row.id)
        here = "   ◀ here" if row.id == conversation.head else ""
        dot = "●" if row.id in path else "○"
        since = f"{_age(turn.at, now):>6}"
        author = _author(conversation, turn)
        start = f"{numbers[row.id]:{width}} {since}  {row.graph}{dot} {_SIGNS[turn.role]}"
        gist = cut_to_cells(_gist(turn, author), _ROW_CELLS - len(start) - len(here))
        lines.append(f"{start}{gist}{here}")
    return lines


def tell(conversation: Conversation, *, now: float, whole: bool) -> list[str]:
    """The same in words, for a screen reader: a line for each turn, and where it belongs if
    it does not follow the line before."""
    outline = conversation.outline()
    path = frozenset(conversation.line())
    numbers = {id: number for number, (id, _) in enumerate(outline, 1)}
    rows = build_outline(outline, path)
    lines, above = [], None
    for row in rows if whole else _eventful(rows, conversation.head):
        if isinstance(row, int):
            lines.append(f"{row} turns left out.")
            above = None
            continue
        turn = conversation.turn(row.id)
        about = [_WHO.get(turn.role) or turn.message.model or "answer", _age(turn.at, now)]
        if turn.parent in numbers and turn.parent != above:
            about.append(f"after turn {numbers[turn.parent]}")
        if row.id not in path:
            about.append("in another branch")
        gist = cut_to_cells(_gist(turn, ""), _ROW_CELLS)
        here = " You are here." if row.id == conversation.head else ""
        lines.append(f"Turn {numbers[row.id]}, {', '.join(about)}: {gist}{here}")
        above = row.id
    return lines


def build_outline(
    outline: Sequence[tuple[str, str | None]], path: frozenset[str]
) -> list[OutlineRow]:
    """Every turn, each branch below the turn where it starts. The straight line follows
    `path`; off the path, it follows the newest turn."""
    below: dict[str | None, list[str]] = {None: []}
    for id, parent in outline:
        below.setdefault(parent, []).append(id)
    rows: list[OutlineRow] = []
    waiting: list[tuple[str | None, str, str]] = [(None, "", "")]  # a turn, its graph, below
    while waiting:
        turn, graph, straight = waiting.pop()
        if turn is not None:
            rows.append(OutlineRow(turn, _shortened(graph)))
        if following := below.get(turn):
            on = next((each for each in following if each in path), following[-1])
            waiting.append((on, straight, straight))
            waiting += [
                (each, f"{straight}├─", f"{straight}│ ")
                for each in reversed(following)
                if each != on
            ]
    return rows


def _shortened(graph: str) -> str:
    return graph if len(graph) <= _DEEPEST_GRAPH else f"⋯ {graph[2 - _DEEPEST_GRAPH :]}"


def _eventful(rows: list[OutlineRow], head: str | None) -> Iterator[OutlineRow | int]:
    """The rows at which branches start or end, with their neighbours; a number stands for
    that many rows left out."""
    if len(rows) <= ENOUGH_LINES:
        yield from rows
        return
    events = {0, len(rows) - 1} | {
        at for at, row in enumerate(rows) if row.id == head or row.graph != rows[at - 1].graph
    }
    kept = {at + near for at in events for near in (-2, -1, 0, 1)}
    left_out: list[OutlineRow] = []
    for at, row in enumerate(rows):
        if at not in kept:
            left_out.append(row)
            continue
        if len(left_out) < _SHORTEST_GAP:
            yield from left_out
        else:
            yield len(left_out)
        left_out.clear()
        yield row


def _age(at: str, now: float) -> str:
    seconds = parse_time(at)
    return "–" if seconds is None else age(now - seconds)


def _author(conversation: Conversation, turn: Turn) -> str:
    """The model to name: one that is not the conversation's, or that is compared with it."""
    author = turn.message.model
    beside = conversation.children(turn.parent) if author else ()
    authors = {other.message.model for other in beside if other.role == "assistant"}
    known = {conversation.model, *filter(None, authors)}
    is_alone = all(is_same_model(author or "", each) for each in known)
    return "" if is_alone else author or ""


def _kind(block: Block) -> str:
    """What a block without text is; for a tool call, what it did."""
    kind = str(block.get("type"))
    if kind.endswith("tool_use"):
        return tool_line(block)
    return "" if kind.endswith("_result") else kind.replace("_", " ")


def _gist(turn: Turn, author: str) -> str:
    """The author, if one is to be named, and the start of the text."""
    text = one_line(turn.message.text).lstrip("#>*- ")
    kinds = ", ".join(dict.fromkeys(filter(None, map(_kind, turn.message.content))))
    text = text or (f"[{one_line(kinds)}]" if kinds else "[damaged]")
    author = "system prompt" if turn.role == "system" else author
    return f"{one_line(author)}: {text}" if author else text
