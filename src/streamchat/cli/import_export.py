"""--export and --import: conversations to and from other programs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TextIO

from streamchat.app.listing import literal
from streamchat.cli.wiring import Run, open_archive, open_terminal_screen, read_conversation
from streamchat.core.conversation import Conversation
from streamchat.core.errors import ExitStatus, NotFound
from streamchat.core.ports import TakenIn
from streamchat.core.sanitize import clean
from streamchat.export import FileExporter


def export_conversation(run: Run, form: str, ref: str) -> None:
    """Export to stdout, or to the path given in place of the prompt."""
    opened = read_conversation(run, ref)
    exporter = FileExporter(run.env.cwd, run.env.home, "--force overwrites it")
    path = run.invocation.prompt
    if path and path != "-":
        place = exporter.save(
            opened.conversation,
            form,
            path=path,
            replies=None,
            replace=run.invocation.overwrites,
        )
        run.notes.note(f"Exported to {place}")
        return
    _write(run.env.stdout, exporter.text(opened.conversation, form, replies=None))


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
    """Import everything in the file, or only the conversation named after it. Returns the
    exit status, which is a failure if a part of the file could not be read."""
    faults: list[str] = []
    made = list(_made(run, path, faults))
    if run.invocation.prompt and not made:
        raise NotFound(f"{path} holds no conversation {run.invocation.prompt!r}.")
    taken = list(open_archive(run).take_in(made))
    _list_taken(run, taken)
    for line in [*faults, *(f"{each.title}: {each.problem}" for each in taken if each.problem)]:
        run.notes.warn(line)
    run.notes.note(_in_words(taken))
    if taken or not faults:
        return ExitStatus.FAILURE if faults else ExitStatus.OK
    return ExitStatus.NOT_FOUND


def _made(run: Run, path: str, faults: list[str]) -> Iterator[Conversation]:
    from streamchat.importers import (  # 10 ms, for this alone
        ImportFault,
        conversations_in,
        is_named,
    )

    place = run.env.cwd / path
    for found in conversations_in(place, model=run.settings.model):
        if isinstance(found, ImportFault):
            faults.append(f"{path}: {found.text}.")
        elif not run.invocation.prompt or is_named(found, run.invocation.prompt):
            yield found


def _list_taken(run: Run, taken: list[TakenIn]) -> None:
    out = run.env.stdout
    if run.settings.output_format != "text":
        json.dump([asdict(each) for each in taken], out, indent=1)
        out.write("\n")
    elif not out.isatty():
        out.writelines("\t".join(_cells(each)) + "\n" for each in taken)
    elif taken:
        rows = [f"| {' | '.join(map(literal, _cells(each)))} |" for each in taken]
        head = ["| id | | turns | title |", "|---|---|--:|---|"]
        open_terminal_screen(run).markdown("\n".join(head + rows))


def _cells(taken: TakenIn) -> list[str]:
    state = "new" if taken.is_new else f"{taken.added} more turns" if taken.added else "kept"
    return [taken.id[:8], state, str(taken.turns), " ".join(taken.title.split())]


def _in_words(taken: list[TakenIn]) -> str:
    new = sum(each.is_new for each in taken)
    more = sum(bool(each.added) for each in taken) - new
    parts = [f"{new} imported", f"{more} with more turns" if more else ""]
    old = len(taken) - new - more
    return ", ".join(filter(None, [*parts, f"{old} kept already" if old else ""])) + "."
