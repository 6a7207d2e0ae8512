"""`!command`: its output goes with the next message.

Rule: only a line that was typed alone, in sight of the user, runs. One from a queue is handed
back, unless --allow-shell was given.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from dataclasses import dataclass

from streamchat.app.commands.attachments import list_attached
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.messages import Block
from streamchat.core.ports.shell import Shell, ShellRun
from streamchat.core.sanitize import clean_line

USAGE = "Write a command after the !, such as !git diff. \\! begins a message with !."
WAITS = "A shell command does not run from the queue."
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class RanCommand:
    """What to say about it; `failure` is the error that ends a script."""

    notice: str
    failure: UsageError | None = None
    was_stopped: bool = False  # by a signal, such as that of Ctrl-C


async def run_command(session: Session, shell: Shell, command: str) -> RanCommand:
    """Run it and attach it with its output. Raises UsageError, InvalidRequest."""
    run = await shell.run(command)
    ending = describe_status(run.status)
    said = [ending] if run.status else []
    if run.output is None:
        said.append("The command used the terminal directly; what it showed is not attached.")
    else:
        session.attach([build_block(command, run)])
        said += list_attached(session)
    failure = UsageError(f"!{clean_line(command)}: {ending}") if run.status else None
    return RanCommand("\n".join(said), failure, was_stopped=run.status < 0)


def describe_status(status: int) -> str:
    """Exit status 1. · Ended by SIGINT."""
    if status >= 0:
        return f"Exit status {status}."
    with suppress(ValueError):
        return f"Ended by {signal.Signals(-status).name}."
    return f"Ended by signal {-status}."


def build_block(command: str, run: ShellRun) -> Block:
    """The command, its output and its ending as a text to attach."""
    output = run.output or ""
    parts = [f"$ {command}", output.rstrip("\n") or "(no output)"]
    if run.status:
        parts.append(f"[{describe_status(run.status).removesuffix('.')}]")
    title = clean_line(f"!{command}")
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1] + "…"
    source = {"type": "text", "media_type": "text/plain", "data": "\n".join(parts) + "\n"}
    return {"type": "document", "source": source, "title": title}
