"""What the command line attaches where nobody can be asked."""

from __future__ import annotations

from streamchat.app.session import Session
from streamchat.cli.run import Run
from streamchat.core.attaching import Selection, list_blocks, list_left_out, why_ask
from streamchat.core.errors import UsageError
from streamchat.core.messages import Block
from streamchat.posix.files import pipe_wait


def select_attachments(run: Run, piped: bytes) -> tuple[Selection, ...]:
    """What the arguments name; `piped` is what - stands for."""
    if not run.invocation.attachments:
        return ()
    from streamchat.attachments import select_files  # 4 ms

    return tuple(
        select_files(ref, cwd=run.env.cwd, piped=piped, wait=pipe_wait())
        for ref in run.invocation.attachments
    )


def attach(run: Run, session: Session, selections: tuple[Selection, ...]) -> None:
    """Attach what the role and the arguments name. Raises UsageError if a directory or a
    glob names so much that a person would be asked, unless --force allows it."""
    window = session.facts(session.conversation.model).window
    for selection in selections:
        reason = why_ask(selection, window)
        if reason and not run.invocation.forces:
            raise UsageError(f"-a would attach {reason}. Name fewer, or add --force.")
        for line in list_left_out(selection):
            run.notes.note(line)
    blocks = [block for selection in selections for block in selection.blocks]
    session.attached = (*role_attachments(run, session), *blocks)
    for line in list_blocks(session.attached):
        run.notes.note(f"attached: {line}")


def role_attachments(run: Run, session: Session) -> tuple[Block, ...]:
    """What the role attaches to the first message."""
    selections = map(session.select_files, run.settings.role_attach)
    return tuple(block for selection in selections for block in selection.blocks)
