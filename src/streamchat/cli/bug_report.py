"""/bug and --debug-log: what can be said about this run without its texts.

Rule: values of settings are shown only where they are numbers, switches or choices, or name
the model or the theme; of all others, only whether they are set. No directory and no profile
is named.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath

from streamchat import __version__
from streamchat.app.event_log import EventLog
from streamchat.cli.run import Run
from streamchat.core.errors import DiskError
from streamchat.core.messages import JsonObject
from streamchat.core.options import SETTINGS
from streamchat.core.options.rows import Kind, Option
from streamchat.core.settings import Origin
from streamchat.core.times import stamp
from streamchat.posix.files import open_regular

_LIBRARIES = ("anthropic", "httpx2", "prompt_toolkit", "rich", "markdown-it-py", "pygments")
_SHOWN = frozenset(
    {Kind.CHOICE, Kind.ON_OFF, Kind.COUNT, Kind.WHOLE, Kind.SECONDS, Kind.DOLLARS}
)
_NAMES = frozenset({"model", "theme"})


def open_event_log(run: Run) -> EventLog:
    """The log of this run; with --debug-log, a file too. Raises DiskError."""
    if not run.settings.debug_log:
        return EventLog(run.env.monotonic)
    path = run.env.cwd / run.settings.debug_log
    _append(run, path, describe_run(run))

    def write(entry: JsonObject) -> None:
        with suppress(DiskError):  # a failing log must not end a reply
            _append(run, path, entry)

    return EventLog(run.env.monotonic, write)


def write_bug_report(run: Run, log: EventLog) -> str:
    """Write it to a new file in the working directory; returns the name. Raises DiskError."""
    moment = stamp(run.env.clock()).replace("-", "").replace(":", "")
    name = f"streamchat-bug-{moment}.json"
    report = {**describe_run(run), "events": list(log.entries)}
    text = run.notes.redact(json.dumps(report, indent=1))
    _write(run.env.cwd / name, f"{text}\n", os.O_CREAT | os.O_EXCL)
    return name


def describe_run(run: Run) -> JsonObject:
    """Versions, terminal, settings with their origins."""
    import platform  # 3 ms, only for a report

    terminal = run.env.terminal
    return {
        "at": stamp(run.env.clock()),
        "versions": {
            "streamchat": __version__,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            **dict(_versions()),
        },
        "terminal": {
            "term": terminal.term,
            "program": terminal.program,
            "is_tty": terminal.is_tty,
            "is_live": terminal.is_live,
            "depth": terminal.depth.name,
            "unicode": terminal.unicode,
            "in_tmux": terminal.in_tmux,
            "in_screen": terminal.in_screen,
        },
        "settings": {row.name: _setting(run, row) for row in SETTINGS},
    }


def _versions() -> Iterable[tuple[str, str | None]]:
    from importlib.metadata import PackageNotFoundError, version  # 15 ms

    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, None


def _setting(run: Run, row: Option) -> JsonObject:
    origin = run.settings.origins.get(row.name)
    value = getattr(run.settings, row.name, None)
    is_shown = not row.secret and (row.kind in _SHOWN or row.name in _NAMES)
    shown = value if is_shown else "set" if value else "not set"
    return {"value": shown, "origin": _without_names(origin) if origin else ""}


def _without_names(origin: Origin) -> str:
    """Where a value came from, without the directories and the profiles of the user."""
    place = PurePath(origin.place).name if origin.place else ""
    profile = "…" if origin.profile else ""
    return str(replace(origin, place=place, profile=profile))


def _append(run: Run, path: Path, entry: JsonObject) -> None:
    line = run.notes.redact(json.dumps(entry))
    _write(path, f"{line}\n", os.O_CREAT | os.O_APPEND)


def _write(path: Path, text: str, flags: int) -> None:
    try:
        with os.fdopen(open_regular(path, os.O_WRONLY | flags), "wb") as file:
            file.write(text.encode())
    except OSError as error:
        raise DiskError(f"Cannot write {path}: {error.strerror}.") from error
