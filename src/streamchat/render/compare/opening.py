"""Begins a comparison: chooses between columns and one answer after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from streamchat.render.compare.columns import divide, fits_columns
from streamchat.render.compare.in_turn import InTurnRows
from streamchat.render.compare.narrowing import NarrowingRows
from streamchat.render.compare.pane import Pane
from streamchat.render.compare.status import ComparisonStatus
from streamchat.render.compare.view import ComparedViews
from streamchat.render.reply.answer import AnswerRows, NewTextRows
from streamchat.render.reply.status import StatusRow
from streamchat.render.screen.arriving import Arriving, Frame, Status
from streamchat.render.style import Style

OpenFrame: TypeAlias = Callable[[Arriving, Status], Frame]


def open_comparison(
    labels: Sequence[str],
    open_frame: OpenFrame,
    *,
    look: Style,
    width: int,
    is_live: bool,
    new_rows: NewTextRows,
    clock: Callable[[], float],
    stop_key: str,
    stop_one_key: str,
    stamp: Callable[[], str],
) -> ComparedViews:
    """The views of the answers, on a terminal of that width."""
    beside = is_live and fits_columns(width, len(labels))
    look = replace(look, wraps_all=True) if beside else look
    widths = divide(width, len(labels)) if beside else [width] * len(labels)

    def build_answer(width: int, clock: Callable[[], float]) -> AnswerRows:
        return AnswerRows(look=look, width=width, new_rows=new_rows, clock=clock)

    def build_pane(label: str, width: int) -> Pane:
        status = StatusRow(model=label, now_s=clock(), look=look)
        return Pane(
            label, build_answer, status, look=look, width=width, clock=clock, stamp=stamp
        )

    panes = [build_pane(*each) for each in zip(labels, widths, strict=True)]
    rows = (NarrowingRows if beside else InTurnRows)(panes, look=look, width=width)
    status = ComparisonStatus(
        panes, now_s=clock(), look=look, stop_key=stop_key, stop_one_key=stop_one_key
    )
    return ComparedViews(panes, open_frame(rows, status), rows, clock)
