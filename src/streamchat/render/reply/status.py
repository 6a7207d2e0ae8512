"""The row below a reply that is arriving: what it waits for, since when, how fast.

Owns the figures and the spinner. Must not know where the row is shown.

Rule: it is cheap to repaint. The spinner turns only while nothing arrives, the figures change
once a second, and neither changes the rest of the row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from streamchat.core.events import (
    BlockStarted,
    BlockStopped,
    Event,
    ModelSwitched,
    Retrying,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdated,
)
from streamchat.core.formatting import format_price
from streamchat.core.messages import Usage
from streamchat.core.reply import CHARACTERS_PER_TOKEN
from streamchat.core.sanitize import clean_line
from streamchat.core.tool_lines import awaited_in, running_in
from streamchat.render.cells import cell_len
from streamchat.render.literal import build_part_style, one_row
from streamchat.render.reply.figures import SEPARATOR, format_whole_seconds
from streamchat.render.rows import BLANK, Row
from streamchat.render.style import Style

TICK_S = 0.125  # seconds between the frames of a turning spinner
_FIGURES_S = 1.0
_STALLED_S = 1.0
_TURNING = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_TURNING_ASCII = "|/-\\"

Price = Callable[[str, Usage], float | None]


@dataclass(frozen=True, slots=True)
class _Figures:
    """The quantities as they were last shown."""

    at_s: float
    elapsed_s: int
    tokens: int
    is_estimate: bool
    tokens_per_s: int | None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class _Retry:
    """The next attempt, when it begins, and why."""

    attempt: int
    at_s: float
    reason: str


class StatusRow:
    """`feed` it every event with its time; ask for the `row` at any time."""

    def __init__(
        self,
        *,
        model: str,
        now_s: float,
        look: Style,
        price: Price | None = None,
        stop_key: str = "Esc",
    ) -> None:
        self._model = clean_line(model)
        self._look = look
        self._price = price
        self._stop_hint = f"{stop_key.lower()} to stop"
        self._since_s = now_s
        self._awaited, self._awaited_since_s = "connecting", now_s
        self._retry: _Retry | None = None
        self._last_content_s = now_s
        self._first_content_s: float | None = None
        self._chars = 0
        self._usage = Usage()
        self._figures = _Figures(now_s, 0, 0, is_estimate=False, tokens_per_s=None)
        self._shown: tuple[str, str, _Figures, int] | None = None  # what `_row` says
        self._row = BLANK

    @property
    def awaited(self) -> str:
        """What the reply waits for: connecting, thinking, writing, searching the web, …"""
        return self._awaited

    def feed(self, event: Event, now_s: float) -> None:
        match event:
            case TextDelta(text):
                self._content("writing", text, now_s)
            case ThinkingDelta(text):
                self._content("thinking", text, now_s)
            case Retrying(attempt, delay_s, reason):
                self._await("retrying", now_s)
                self._retry = _Retry(attempt, now_s + delay_s, clean_line(reason))
            case ModelSwitched(model=model):
                self._model = clean_line(model)
                self._await("connecting", now_s)
            case Started(model=model, usage=usage):
                self._model = clean_line(model) or self._model
                self._usage = usage
                self._await("waiting", now_s)
            case BlockStarted(kind=kind, name=name):
                self._await(awaited_in(kind, name), now_s)
            case BlockStopped(block=block):
                if running := running_in(block):
                    self._await(running, now_s)
            case UsageUpdated(usage):
                self._usage = usage
            case _:
                pass

    def row(self, now_s: float, width: int) -> Row:
        """One row of at most `width` cells; parts that do not fit are left out."""
        if now_s - self._figures.at_s >= _FIGURES_S:
            self._figures = self._measured(now_s)
        head = f"{self._sign(now_s)} {self._activity(now_s)}"
        what = head, self._model, self._figures, width
        if what != self._shown:
            if self._retry is not None:  # the reason can be long, and is cut first
                parts = [head, self._stop_hint, self._retry.reason]
            else:
                parts = fitting([head, *self._parts(), self._stop_hint], width)
            style = build_part_style(self._look, "status")
            self._row = one_row(SEPARATOR.join(parts), width, style=style)
            self._shown = what
        return self._row

    def _await(self, what: str, now_s: float) -> None:
        if what != self._awaited:
            self._awaited, self._awaited_since_s = what, now_s
        self._retry = None
        self._last_content_s = now_s

    def _content(self, what: str, text: str, now_s: float) -> None:
        self._await(what, now_s)
        self._chars += len(text)
        if self._first_content_s is None:
            self._first_content_s = now_s

    def _sign(self, now_s: float) -> str:
        is_flowing = self._awaited == "writing" and now_s - self._last_content_s < _STALLED_S
        if is_flowing:
            return "●" if self._look.unicode else "*"
        return choose_spinner(now_s, unicode=self._look.unicode)

    def _activity(self, now_s: float) -> str:
        if self._retry is not None:
            left = max(0, round(self._retry.at_s - now_s))
            return f"retry {self._retry.attempt} in {left} s"
        silent_s = now_s - self._last_content_s
        if self._awaited == "writing":
            return self._awaited if silent_s < 5 else f"nothing for {int(silent_s)} s"
        waited_s = int(now_s - self._awaited_since_s)
        is_first = self._awaited_since_s - self._since_s < 1
        return self._awaited if is_first or waited_s < 2 else f"{self._awaited} {waited_s} s"

    def _parts(self) -> list[str]:
        shown = self._figures
        parts = [self._model, format_whole_seconds(shown.elapsed_s)]
        if shown.tokens:
            unit = "token" if shown.tokens == 1 else "tokens"
            parts.append(f"{'~' if shown.is_estimate else ''}{shown.tokens:,} {unit}")
        if shown.tokens_per_s is not None:
            parts.append(f"{shown.tokens_per_s} tok/s")
        if shown.cost_usd is not None:
            about = "~" if shown.is_estimate else ""
            parts.append(f"{about}{format_price(shown.cost_usd)}")
        return parts

    def _measured(self, now_s: float) -> _Figures:
        told = self._usage.output_tokens or 0
        guessed = self._chars // CHARACTERS_PER_TOKEN
        tokens = max(told, guessed)
        writing_s = now_s - self._first_content_s if self._first_content_s is not None else 0
        rate = round(tokens / writing_s) if tokens and writing_s >= 1 else None
        elapsed_s = int(now_s - self._since_s)
        return _Figures(now_s, elapsed_s, tokens, tokens > told, rate, self._cost(tokens))

    def _cost(self, output_tokens: int) -> float | None:
        """The cost of what was read and written so far; None if the price is not known."""
        if self._price is None:
            return None
        return self._price(self._model, replace(self._usage, output_tokens=output_tokens))


def choose_spinner(now_s: float, *, unicode: bool) -> str:
    """The sign that turns, at that time."""
    turning = _TURNING if unicode else _TURNING_ASCII
    return turning[int(now_s / TICK_S) % len(turning)]


def fitting(parts: list[str], width: int) -> list[str]:
    """Keeps what matters most: the head, then how to stop, then the rest from the left."""
    order = [0, len(parts) - 1, *range(1, len(parts) - 1)]
    kept: set[int] = set()
    room = width + cell_len(SEPARATOR)
    for index in order:
        room -= cell_len(parts[index]) + cell_len(SEPARATOR)
        if room < 0 and kept:
            break
        kept.add(index)
    return [parts[index] for index in sorted(kept)]
