"""Turns rows into the bytes that put them on the screen: a pure state machine.

The live region is below the settled rows: the rows that may still change. A frame settles some
rows and replaces the live region; the result is one string to write.

Owns which rows are on the screen below the settled ones, and the diff to the next frame.
Must not know the stream, the time, or what the rows say.

Rule 1: the live region is at most height - 1 rows; a taller one is cropped from above.
Rule 2: a row that is already on the screen is not sent again, settled or not.
Rule 3: a settled row is never touched again; only a line feed scrolls.
Rule 4: between frames the cursor rests in the last live row, so that all terminals keep the
same rows when the window gets lower. It is at the first column, where re-wrapping does
not move it, or where the user types.
Rule 5: a live row that a terminal may find wider than we do is written with autowrap off:
it is clipped. Settled rows are written with autowrap on, because they must not lose
anything. Between frames autowrap is on.
Rule 6: several changes are one synchronised update (mode 2026) where the terminal has it.
Text that is only appended, to a row or below all others, appears in order and needs no update.
Rule 7: a settled row that is wider than the window is wrapped by the terminal.
Rule 8: never clears the scrollback, sets a scroll region or asks where the cursor is.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.core.terminal import Traits
from streamchat.render.rows import Row
from streamchat.render.screen.pen import SYNC_OFF, SYNC_ON, Pen
from streamchat.render.screen.resized import cut_below, resized
from streamchat.render.screen.row_diff import is_certain, patch, widest
from streamchat.render.screen.scrolled_off import ScrolledOff
from streamchat.render.screen.window import Size, WrittenRows

UNKNOWN = Traits()


class Painter:
    """Call `frame` with what settled and what is live; `finish` with what settles last.

    `traits` are those of the terminal, `written` counts the rows on it.
    """

    def __init__(
        self,
        width: int,
        height: int,
        *,
        traits: Traits = UNKNOWN,
        written: WrittenRows | None = None,
    ) -> None:
        self._width = width
        self._height = height
        self._traits = traits
        self._shown: list[Row] = []
        self._scrolled_off = ScrolledOff()
        self._written = written or WrittenRows()
        self._saved: list[Row] = []  # they did not fit into a lower window; not printed yet
        self._pen = Pen(synchronizes=traits.synchronizes)

    @property
    def live_height(self) -> int:
        """The most rows a live region may have."""
        return max(0, self._height - 1)

    @property
    def pushed_count(self) -> int:
        """How many rows of the open block a lower window pushed out."""
        return self._scrolled_off.count

    def frame(
        self, settled: Sequence[Row], live: Sequence[Row], caret: Row | None = None
    ) -> str:
        """Make `settled` final above a live region of `live`; empty when nothing changed.

        `caret` is the part of the last row before the cursor; without it the cursor is
        hidden.
        """
        final = [*self._saved, *self._scrolled_off.without_settled(settled)]
        self._saved = []
        self._written.add(len(final))
        final = self._print_wide(final)
        live = self._scrolled_off.without_live(live)
        visible = list(live[max(0, len(live) - self.live_height) :])
        self._morph([*final, *visible], len(final))
        self._pen.rebase(len(final))
        self._shown = visible
        self._written.compare(self._height, live=len(visible))
        if visible:
            self._rest_in_last_row(caret)
        else:
            self._rest_below(len(final))
        self._pen.wrap(on=True)
        return self._pen.take(shows_cursor=caret is not None and bool(visible))

    def finish(self, settled: Sequence[Row] = ()) -> str:
        """The last frame: the cursor on a fresh row."""
        return self.frame(settled, ())

    def begin_update(self) -> str:
        """Opens a synchronised update around something that is printed above."""
        return SYNC_ON if self._traits.synchronizes else ""

    def end_update(self) -> str:
        return SYNC_OFF if self._traits.synchronizes else ""

    def erase(self) -> str:
        """Take the live region away, so that something else can be printed there."""
        return self.frame((), ())

    def leave(self) -> str:
        """Go below the live region and leave it there: for an exit that cannot paint."""
        if self._shown:
            self._pen.move(len(self._shown) - 1)
            self._pen.line_feed()
        self._forget()
        return self._pen.take(shows_cursor=True)

    def reclaim(self) -> None:
        """The terminal is ours again; somebody else may have shown the cursor."""
        self._pen.shows_cursor = True

    def resize(self, width: int, height: int) -> None:
        """The window has another size: erase the live region with the next frame.

        Rows that a lower window pushed out at the top are remembered. The row below them is
        printed with the next frame, so that nothing is missing and a row is above the live
        region. (Deleting the top row of the screen puts it into the scrollback of some
        terminals.)
        """
        old, new = Size(self._width, self._height), Size(width, height)
        if self._shown:
            column = self._pen.column or 0
            reflows = self._traits.reflows
            found = resized(self._shown, column, old=old, new=new, reflows=reflows)
            if self._traits.cuts_unscrolled and not self._written.have_scrolled:
                found = cut_below(found, len(self._shown), old=old, new=new)
            self._saved = list(found.saved)
            self._scrolled_off.add([*found.gone, *found.saved])
            self._pen.wander(found.rows_up)
            if self._traits.keeps_wraps and found.is_whole:
                self._pen.delete_rows(height)
            else:
                self._pen.erase_below()
            self._forget()
        self._written.forget()
        self._width, self._height = new

    def _forget(self) -> None:
        self._shown = []
        self._pen.row, self._pen.column = 0, 0

    def _rest_in_last_row(self, caret: Row | None) -> None:
        last = len(self._shown) - 1
        if caret is None or is_certain(caret):
            self._pen.move(last, caret.width if caret else 0)
        elif not self._pen.is_at(last, caret.width):
            # Terminals differ on the width of this text; writing it again puts the cursor
            # after it.
            self._pen.move(last, 0)
            self._write(caret, caret.text, caret.width, settled=False)

    def _print_wide(self, final: list[Row]) -> list[Row]:
        """Print all rows up to the last one that the terminal has to wrap, or may have to
        because it draws emoji wider than we count; return the others.

        Such a row is written in one piece, below all others: only then does the terminal
        remember that the row continues, and copies it as one line.
        """
        wide = [at for at, row in enumerate(final) if widest(row) > self._width]
        start = 0
        for at in wide:
            before = final[start:at]
            self._morph(before, len(before))
            self._pen.rebase(len(before))
            self._rest_below(len(before))
            self._shown = []
            self._write(final[at], final[at].text, self._width, settled=True)
            self._pen.line_feed()
            self._pen.row, start = 0, at + 1
        return final[start:]

    def _rest_below(self, settled_count: int) -> None:
        if settled_count:
            self._pen.move(-1)
            self._pen.line_feed()
        self._pen.row = 0

    def _morph(self, target: list[Row], settled: int) -> None:
        """Edit what is shown into `target`, of which the first `settled` rows are final."""
        self._update_last(target, len(target) - settled)
        top, bottom = self._common_ends(target, len(target) - settled)
        old = self._shown[top : len(self._shown) - bottom]
        new = target[top : len(target) - bottom]
        shift = _shift(old, new) if self._traits.deletes_rows else 0
        if shift:
            self._pen.move(top)
            self._pen.delete_rows(shift)
            del old[:shift]
        for index, (before, after) in enumerate(zip(old, new, strict=False), start=top):
            if before != after:
                self._overwrite(index, before, after, settled=index < settled)
        end = top + min(len(old), len(new))
        if len(new) < len(old):
            self._remove(end, len(old) - len(new), is_last=bottom == 0)
        elif len(new) > len(old):
            self._add(end, target[end : len(target) - bottom], bottom, settled)

    def _update_last(self, target: list[Row], live_count: int) -> None:
        """If rows are added or removed above the last row, a status, update that row first, so
        that it stays last."""
        shown = self._shown
        if not shown or not live_count or len(shown) == len(target):
            return
        before, after = shown[-1], target[-1]
        if before != after and 2 * len(patch(before, after).text) < len(after.text):
            self._overwrite(len(shown) - 1, before, after, settled=False)
            self._shown = [*shown[:-1], after]

    def _common_ends(self, target: list[Row], live_count: int) -> tuple[int, int]:
        """How many rows stay as they are at the top, and below the change."""
        shown = self._shown
        top = _common(shown, target)
        most = min(len(shown) - top, len(target) - top, live_count)
        bottom = _common(shown[::-1][:most], target[::-1][:most])
        # Rows below the change are pushed down; they must still be on the screen then.
        is_kept = len(target) - top < self._height
        if len(target) < len(shown):
            is_kept = is_kept and self._traits.deletes_rows
        return top, bottom if is_kept else 0

    def _overwrite(self, index: int, before: Row, after: Row, *, settled: bool) -> None:
        at_end = self._pen.row == index and self._pen.column == before.width
        change = patch(before, after, at_end=at_end)
        if change.column is not None and not self._pen.is_at(index, change.column):
            self._pen.count_change()
        self._pen.move(index, change.column)
        self._write(after, change.text, change.end, settled=settled)

    def _write(self, row: Row, text: str, end: int, *, settled: bool) -> None:
        """Write `text`, which makes the screen show `row` and ends at column `end`."""
        if settled or not is_certain(row):
            self._pen.wrap(on=settled)
        # After a full row the cursor is in the last column or pending: unknown.
        self._pen.write(text, end if end < self._width else None)

    def _remove(self, index: int, count: int, *, is_last: bool) -> None:
        self._pen.move(index, 0)
        if is_last:
            self._pen.erase_below()
            # The row below the last one exists only as an empty one: rest on the last.
            if index:
                self._pen.move(index - 1)
        else:
            self._pen.delete_rows(count)

    def _add(self, index: int, rows: list[Row], below: int, settled: int) -> None:
        self._pen.count_change()
        if below:
            self._make_room(index, len(rows), below)
        for number, row in enumerate(rows, start=index):
            if number == index and below:
                self._pen.move(number, 0)
            elif number:
                self._pen.move(number - 1)
                self._pen.line_feed()
            self._write(row, row.text, row.width, settled=number < settled)

    def _make_room(self, index: int, count: int, below: int) -> None:
        """Scroll first, so that only blank rows are pushed off the bottom."""
        self._pen.line_feed(index + below - 1 - self._pen.row + count)
        self._pen.move(index)
        self._pen.insert_rows(count)


def _common(one: Sequence[Row], other: Sequence[Row]) -> int:
    """How many rows both begin with."""
    count = 0
    for ours, theirs in zip(one, other, strict=False):
        if ours is not theirs and ours != theirs:
            break
        count += 1
    return count


def _shift(old: Sequence[Row], new: Sequence[Row]) -> int:
    """How many rows scrolled off the top if the window only scrolled, else 0.

    Half of the other rows must match: the last rows may have changed as well.
    """
    for shift in range(1, len(old)):
        kept = len(old) - shift
        if kept <= len(new) and 2 * _common(old[shift:], new) >= kept:
            return shift
    return 0
