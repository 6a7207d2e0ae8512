"""--export and --import: conversations to and from other programs."""

from __future__ import annotations

import io
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

from streamchat.app.import_report import describe_taken, format_counts, found_none, why_left_out
from streamchat.app.listing import row_line
from streamchat.app.session import Session
from streamchat.cli.damaged_turns import tell_unreadable
from streamchat.cli.run import Run
from streamchat.cli.wiring import (
    build_exporter,
    open_archive,
    read_conversation,
)
from streamchat.core.conversation import Conversation
from streamchat.core.errors import ExitStatus, UsageError
from streamchat.core.ports import ImportResult
from streamchat.core.sanitize import clean
from streamchat.store.finding import expanded

if TYPE_CHECKING:
    from streamchat.app.repl_outcomes import ImportSteps


def export_conversation(run: Run, format: str, ref: str) -> None:
    """Export to stdout, or to the path given in place of the prompt."""
    opened = read_conversation(run, ref)
    exporter = build_exporter(run, "--force overwrites it")
    path = run.invocation.prompt
    if path and path != "-":
        place = exporter.save(
            opened.conversation,
            format,
            path=path,
            replies=None,
            replace=run.invocation.forces,
        )
        run.notes.note(f"Exported to {place}")
    else:
        _write(run.env.stdout, exporter.text(opened.conversation, format, replies=None))
    tell_unreadable(run, opened)


def _write(out: TextIO, text: str) -> None:
    """Write verbatim UTF-8 to a file or a pipe, sanitised text to a terminal."""
    if out.isatty():
        out.write(clean(text))
    elif isinstance(out, io.TextIOWrapper):
        out.flush()
        out.buffer.write(text.encode("utf-8", "replace"))
    else:
        out.write(text)


def import_conversations(run: Run, path: str) -> int:
    """Import everything in the file, or what the words after it name. Each saved conversation
    is printed at once, even if a failure follows. Returns the exit status."""
    listing = _Listing(run)
    faults: list[str] = []
    try:
        made = filter(None, _made(run, path, run.invocation.prompt, faults))
        for each in open_archive(run).take_in(made):
            listing.add(each)
    finally:
        listing.end()
        for fault in faults:
            run.notes.warn(fault)
        if listing.taken:
            run.notes.note(format_counts(listing.taken))
    name = run.invocation.prompt
    if not listing.taken and (name or not faults):
        raise found_none(path, name)
    return _status(listing.taken, faults)


def _status(taken: list[ImportResult], faults: list[str]) -> ExitStatus:
    if any(each.is_busy for each in taken):
        return ExitStatus.TRY_LATER
    if faults and not taken:
        return ExitStatus.NOT_FOUND
    is_partial = bool(faults) or any(each.problem for each in taken)
    return ExitStatus.FAILURE if is_partial else ExitStatus.OK


def _made(run: Run, path: str, name: str, faults: list[str]) -> Iterator[Conversation | None]:
    """The conversations; None for a fault and for one that does not match `name`."""
    from streamchat.importers import (  # 10 ms, for this alone
        ImportFault,
        conversations_in,
        is_named,
    )

    place = run.env.cwd / expanded(path)
    for found in conversations_in(place, model=run.settings.model):
        if isinstance(found, ImportFault):
            faults.append(f"{path}: {found.text}.")
            yield None
        else:
            yield found if not name or is_named(found, name) else None


def import_in_chat(run: Run, session: Session, path: str, name: str) -> ImportSteps:
    """See ImportSteps."""
    faults: list[str] = []
    wanted: deque[Conversation] = deque()
    saving = session.archive.take_in(iter(wanted.popleft, None))
    for number, each in enumerate(_made(run, path, name, faults)):
        if number == 0:
            yield None
        if each is not None:
            wanted.append(each)
            yield next(saving)
        else:
            yield UsageError(faults.pop()) if faults else None


class _Listing:
    """The saved conversations: a line each, or one JSON list that is complete however the
    import ends."""

    def __init__(self, run: Run) -> None:
        self.taken: list[ImportResult] = []
        self._run = run
        self._is_json = run.settings.output_format != "text"

    def add(self, each: ImportResult) -> None:
        out = self._run.env.stdout
        if each.problem:
            self._run.notes.warn(why_left_out(each).message)
        if self._is_json:
            out.write("[\n" if not self.taken else ",\n")
            json.dump(asdict(each), out)
        elif not each.problem:
            out.write(f"{row_line(describe_taken(each))}\n")
        out.flush()
        self.taken.append(each)

    def end(self) -> None:
        if self._is_json:
            self._run.env.stdout.write("\n]\n" if self.taken else "[]\n")
