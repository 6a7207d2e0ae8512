"""--costs: the cost of all runs, from the spending log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from streamchat.app.listing import row_line
from streamchat.cli.run import Run
from streamchat.cli.wiring import open_spending_log, open_terminal_screen
from streamchat.core.errors import UsageError
from streamchat.core.formatting import escape_markdown, format_price, format_size, quoted
from streamchat.core.sanitize import clean_line
from streamchat.core.spending import GROUPINGS, Total, sum_by
from streamchat.render.cells import cell_len
from streamchat.render.screen.window import measure_window

_BAR_CELLS = 24
_LEAST_BAR = 8
_GAP = 2


def print_costs(run: Run, grouping: str = "day") -> None:
    """Rows with bars, tab-separated lines, or a JSON list. Raises UsageError, DiskError."""
    if grouping not in GROUPINGS:
        raise UsageError(f"--costs {quoted(grouping)}: give one of {', '.join(GROUPINGS)}")
    totals = sum_by(grouping, open_spending_log(run, run.notes.warn).charges())
    out = run.env.stdout
    if run.settings.output_format != "text":
        json.dump(
            [{grouping: each.label} | dict(each.to_dict()) for each in totals], out, indent=1
        )
        out.write("\n")
    elif not totals:
        run.notes.note("No costs yet.")
    elif out.isatty():
        screen, width = open_terminal_screen(run), measure_window(out, run.env.environ).width
        bars = not screen.look.speaks
        screen.markdown(_chart(grouping, totals, width=width, has_bars=bars))
    else:
        out.writelines(f"{row_line(_cells(each))}\n" for each in totals)


def _chart(grouping: str, totals: Sequence[Total], *, width: int, has_bars: bool) -> str:
    """The rows as a block of code, and their sum."""
    rows = _rows(grouping, totals, width=width, has_bars=has_bars)
    total = f"Total: {escape_markdown(format_price(sum(each.usd for each in totals)))}."
    if any(each.unpriced for each in totals):
        total += " + and – mark replies of unknown price."
    fence = "`" * max(3, 1 + max(row.count("`") for row in rows))
    return "\n".join([fence, *rows, fence, "", total])


def _rows(grouping: str, totals: Sequence[Total], *, width: int, has_bars: bool) -> list[str]:
    """A row for each total: as many columns as fit, the label on a row of its own if even
    that is too long."""
    table = [_HEADS, *(_cells(each) for each in totals)]
    labels = [grouping, *(label for label, *_ in table[1:])]
    columns = [_aligned([row[at] for row in table]) for at in _BY_WORTH]
    label_width = max(map(cell_len, labels))
    room = width - label_width - (_GAP + _LEAST_BAR) * has_bars
    stands_apart = room < _GAP + len(columns[0][0])
    if stands_apart:
        room = width - _GAP - (_GAP + _LEAST_BAR) * has_bars
    while len(columns) > 1 and sum(_GAP + len(column[0]) for column in columns) > room:
        columns.pop()
    spare = room - sum(_GAP + len(column[0]) for column in columns)
    bars = _bars(totals, min(_BAR_CELLS, _LEAST_BAR + max(spare, 0))) if has_bars else []
    gap = " " * _GAP
    rows = []
    for at, label in enumerate(labels):
        figures = [column[at] for column in columns]
        bar = [bars[at]] if bars else []
        if stands_apart:
            rows += [label, f"{gap}{gap.join([*bar, *figures])}".rstrip()]
        else:
            padded = label + " " * (label_width - cell_len(label))
            rows.append(gap.join([padded, *bar, *figures]).rstrip())
    return rows


def _aligned(cells: Sequence[str]) -> list[str]:
    width = max(map(len, cells))
    return [cell.rjust(width) for cell in cells]


def _cells(total: Total) -> list[str]:
    """The cells of a row. A + after the cost means that some prices are unknown."""
    return [
        clean_line(total.label),
        f"{total.replies:,}",
        format_size(total.usage.prompt_tokens or 0),
        format_size(total.usage.output_tokens or 0),
        _cost(total),
    ]


_HEADS = ["", "replies", "tokens in", "tokens out", "cost"]
_BY_WORTH = (4, 1, 2, 3)  # the columns after the bar; the last ones are dropped first


def _cost(total: Total) -> str:
    if total.unpriced == total.replies:
        return "–"
    return format_price(total.usd) + ("+" if total.unpriced else "")


def _bars(totals: Iterable[Total], cells: int) -> list[str]:
    """A bar for the head, which is empty, and for each total; what cost anything has one."""
    amounts = [each.usd for each in totals]
    most = max(amounts, default=0.0)
    sizes = [max(round(cells * usd / most), 1) if usd else 0 for usd in amounts]
    return [" " * cells, *(("█" * size).ljust(cells) for size in sizes)]
