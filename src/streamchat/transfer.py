"""--export and --import: conversations out to other programs, and in from them."""

from __future__ import annotations

import io
from typing import TextIO

from streamchat.assembly import Run, archive_of
from streamchat.export import Exporter
from streamchat.sanitize import clean


def export_conversation(run: Run, form: str, ref: str) -> None:
    """To stdout, or to the path that stands where the prompt would."""
    opened = archive_of(run).read(ref)
    for line in opened.damage:
        run.notes.warn(line)
    exporter = Exporter(run.env.cwd, run.env.home)
    path = run.invocation.prompt
    if path and path != "-":
        place = exporter.save(opened.conversation, form, path=path, replies=None, replace=False)
        run.notes.note(f"Exported to {place}")
        return
    _write(run.env.stdout, exporter.text(opened.conversation, form, replies=None))


def _write(out: TextIO, text: str) -> None:
    """Verbatim and in UTF-8 into a file or a pipe; to a terminal what may reach one."""
    if out.isatty():
        out.write(clean(text))
    elif isinstance(out, io.TextIOWrapper):
        out.flush()
        out.buffer.write(text.encode("utf-8", "replace"))
    else:
        out.write(text)
