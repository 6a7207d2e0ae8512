"""Options: how an answer is printed."""

from __future__ import annotations

from streamchat.core.options.rows import Group, Kind, Reach, setting

STATUS_PARTS = ("model", "effort", "context", "cost", "cache", "queue", "attachments", "title")

OUTPUT = (
    setting(
        "output_format", Group.OUTPUT, "--output-format",
        "how to print the answer; events: each raw API event as a line of JSON",
        kind=Kind.CHOICE, metavar="FORMAT", default="text",
        choices=("text", "json", "stream-json", "events"), shortcuts=(("--json", "json"),),
        reach=Reach.ANYWHERE,
    ),
    setting(
        "extract", Group.OUTPUT, "-x --extract", "print only the first code block",
        kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "raw", Group.OUTPUT, "--raw", "print the Markdown source, do not render it",
        kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "quiet", Group.OUTPUT, "-q --quiet", "print nothing but the answer",
        kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE, risk="it hides who answers",
    ),
    setting(
        "debug_log", Group.OUTPUT, "--debug-log",
        "append kinds and timings of events to a file: no text, no key",
        kind=Kind.PATH, reach=Reach.USER,
    ),
    setting(
        "theme", Group.OUTPUT, "--theme",
        "the colours: auto, dark, light, mono, or a pygments style for code",
        metavar="NAME", default="auto",
        reach=Reach.ANYWHERE,
    ),
    setting(
        "background", Group.OUTPUT, "--background",
        "the background of the terminal; auto: ask the terminal",
        kind=Kind.CHOICE, metavar="NAME", default="auto", choices=("auto", "dark", "light"),
        reach=Reach.ANYWHERE,
    ),
    setting(
        "accessible", Group.OUTPUT, "--accessible",
        "for screen readers: only append text, words instead of symbols; like ACCESSIBLE=1",
        kind=Kind.ON_OFF, reach=Reach.ANYWHERE,
    ),
    setting(
        "prose_width", Group.OUTPUT, "--prose-width",
        "the maximum width of prose, in columns; code and tables use the whole window",
        kind=Kind.COUNT, metavar="N", default=100,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "window_title", Group.OUTPUT, "--window-title",
        "show the conversation and the activity in the window's title",
        kind=Kind.ON_OFF, default=True, reach=Reach.ANYWHERE,
    ),
    setting(
        "notify", Group.OUTPUT, "--notify",
        "how to announce a long answer while another window has the focus; "
        "auto: what the terminal supports",
        kind=Kind.CHOICE, metavar="HOW", choices=("auto", "bell", "off"), default="auto",
        reach=Reach.ANYWHERE,
    ),
    setting(
        "no_times", Group.OUTPUT, "--no-times",
        "do not show the model and the time of day below an answer", kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "status_line", Group.OUTPUT, "--status-line",
        "what the line below the prompt shows; can be repeated; off: no line",
        kind=Kind.TEXTS, metavar="PART", choices=(*STATUS_PARTS, "off"), default=(),
        reach=Reach.ANYWHERE,
    ),
)  # fmt: skip
