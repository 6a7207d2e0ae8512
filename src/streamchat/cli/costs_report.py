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

_BAR_CELLS = 24


def print_costs(run: Run, grouping: str = "day") -> None:
    """A table with bars, tab-separated lines, or a JSON list. Raises UsageError, DiskError."""
    if grouping not in GROUPINGS:
        raise UsageError(f"--costs {quoted(grouping)}: give one of {', '.join(GROUPINGS)}")
    totals = sum_by(grouping, open_spending_log(run).charges())
    out = run.env.stdout
    if run.settings.output_format != "text":
        json.dump(
            [{grouping: each.label} | dict(each.to_dict()) for each in totals], out, indent=1
        )
        out.write("\n")
    elif not totals:
        run.notes.note("No costs yet.")
    elif out.isatty():
        open_terminal_screen(run).markdown(_table(grouping, totals))
    else:
        out.writelines(f"{row_line(_cells(each))}\n" for each in totals)


def _table(grouping: str, totals: Sequence[Total]) -> str:
    head = [f"| {grouping} | replies | tokens in | tokens out | cost | |"]
    rows = [
        f"| {' | '.join([*map(escape_markdown, _cells(each)), bar])} |"
        for each, bar in zip(totals, _bars(totals), strict=True)
    ]
    total = f"Total: {escape_markdown(format_price(sum(each.usd for each in totals)))}."
    if any(each.unpriced for each in totals):
        total += " + and – mark replies of unknown price."
    return "\n".join([*head, "|---|--:|--:|--:|--:|---|", *rows, "", total])


def _cells(total: Total) -> list[str]:
    """The cells of a row. A + after the cost means that some prices are unknown."""
    return [
        clean_line(total.label),
        f"{total.replies:,}",
        format_size(total.usage.prompt_tokens or 0),
        format_size(total.usage.output_tokens or 0),
        _cost(total),
    ]


def _cost(total: Total) -> str:
    if total.unpriced == total.replies:
        return "–"
    return format_price(total.usd) + ("+" if total.unpriced else "")


def _bars(totals: Iterable[Total]) -> list[str]:
    amounts = [each.usd for each in totals]
    most = max(amounts, default=0.0)
    return ["█" * round(_BAR_CELLS * usd / most) if most else "" for usd in amounts]
