"""The row below answers that arrive at the same time: what each waits for, and how to stop.

Must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.render.compare.pane import Pane
from streamchat.render.literal import build_part_style, one_row
from streamchat.render.reply.figures import SEPARATOR, format_whole_seconds
from streamchat.render.reply.status import choose_spinner, fitting
from streamchat.render.rows import Row
from streamchat.render.style import Style


class ComparisonStatus:
    """Implements `Status`."""

    def __init__(
        self,
        panes: Sequence[Pane],
        *,
        now_s: float,
        look: Style,
        stop_key: str,
        stop_one_key: str,
    ) -> None:
        self._panes = panes
        self._look = look
        self._since_s = now_s
        for_one = f", a digit and {stop_one_key.lower()} for one" if stop_one_key else ""
        self._stop_hint = f"{stop_key.lower()} to stop{for_one}"

    @property
    def awaited(self) -> str:
        return (", " if self._look.speaks else SEPARATOR).join(
            f"{number} {pane.awaited}"
            for number, pane in enumerate(self._panes, 1)
            if not pane.is_closed
        )

    def row(self, now_s: float, width: int) -> Row:
        head = f"{choose_spinner(now_s, unicode=self._look.unicode)} {self.awaited}"
        elapsed = format_whole_seconds(int(now_s - self._since_s))
        parts = fitting([head, elapsed, self._stop_hint], width)
        style = build_part_style(self._look, "status")
        return one_row(SEPARATOR.join(parts), width, style=style)
