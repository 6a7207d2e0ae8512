"""Options: caps, deadlines and retries."""

from __future__ import annotations

from streamchat.core.options.rows import Group, Kind, Reach, setting

LIMITS = (
    setting(
        "max_cost_usd", Group.LIMITS, "--max-cost",
        "cost cap: do not send a turn that would exceed it, stop an answer that does",
        kind=Kind.DOLLARS, metavar="USD",
        reach=Reach.TIGHTER,
    ),
    setting(
        "max_cost_day_usd", Group.LIMITS, "--max-cost-day",
        "the same cap for a day, over all processes of this user",
        kind=Kind.DOLLARS, metavar="USD",
        reach=Reach.TIGHTER,
    ),
    setting(
        "dry_run", Group.LIMITS, "--dry-run",
        "count the tokens and the price of the request, do not send it",
        kind=Kind.ON_OFF,
        reach=Reach.TIGHTER,
    ),
    setting(
        "secrets", Group.LIMITS, "--secrets",
        "what to do with a message that seems to contain a key; ask: only on a terminal",
        kind=Kind.CHOICE, metavar="HOW", choices=("ask", "refuse", "off"), default="ask",
        reach=Reach.USER,
    ),
    setting(
        "auto_compact", Group.LIMITS, "--auto-compact",
        "replace the conversation with a summary when it fills 95% of the model's window; "
        "ask: ask at 80%",
        kind=Kind.CHOICE, metavar="WHEN", choices=("ask", "on", "off"), default="ask",
        reach=Reach.USER,
    ),
    setting(
        "idle_deadline_s", Group.LIMITS, "--idle-deadline",
        "stop waiting after this many seconds of silence (0: never)",
        kind=Kind.SECONDS, default=60.0,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "deadline_s", Group.LIMITS, "--deadline",
        "stop an answer that takes longer than this (0: never)",
        kind=Kind.SECONDS, default=3600.0,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "retries", Group.LIMITS, "--retries",
        "how often to repeat a failed request before the answer begins",
        kind=Kind.WHOLE, metavar="N", default=4,
        reach=Reach.ANYWHERE,
    ),
)  # fmt: skip
