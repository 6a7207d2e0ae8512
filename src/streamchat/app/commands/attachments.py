"""/attach and /detach: the attachments of the next message.

Rule: the user is asked before a directory or a glob attaches many files or fills much of the
context window; the list is shown first.
"""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_choice, parse_count, parse_reference
from streamchat.app.commands.outcomes import AskUser, Done, LongWork, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.selecting import STOPPED, describe_wait, select_until_stopped
from streamchat.app.session import Session
from streamchat.core.attachment_blocks import (
    Selection,
    describe_block,
    list_blocks,
    list_remarks,
    why_ask,
)
from streamchat.core.errors import UsageError
from streamchat.core.ports import Reader

_MOST_NAMED = 3
TAKES_BACK = "/detach N removes one."


@command("/attach [PATH|GLOB|URL]...", "file", topic=Topic.REQUEST)
def attach(session: Session, argument: str) -> Outcome:
    """Attach files, directories or URLs to the next message. Quote a name that contains
    spaces. A directory is attached without the files that .gitignore names. A URL is fetched
    by this machine, as readable text, image or PDF. A pipe is read to its end. Without an
    argument, list what is attached. @PATH or @URL in a typed message attaches it too."""
    if not argument:
        return Done("\n".join(list_attached(session)) or "Nothing is attached.")
    reference = parse_reference(argument)

    async def fetch(reader: Reader) -> Outcome:
        selection = await select_until_stopped(session, reference, reader)
        return Done(STOPPED) if selection is None else _offer(session, selection)

    if wait := describe_wait(session, reference):
        return AskUser(fetch, wait)
    return LongWork(lambda: _offer(session, session.select_files(reference)))


def _offer(session: Session, selection: Selection) -> Outcome:
    """Attach the selection, after a question if it is large."""
    if not (reason := why_ask(selection, session.facts(session.conversation.model).window)):
        return _attach(session, selection)

    async def ask(reader: Reader) -> Outcome:
        if await reader.confirm(f"Attach {reason}?", default=False):
            return _attach(session, selection)
        return Done("Nothing was attached.")

    return AskUser(ask, "\n".join(list_selection(selection)))


@command("/paste", topic=Topic.REQUEST)
def paste(session: Session, argument: str) -> Outcome:
    """Attach the image on the clipboard to the next message. At the prompt, the key of the
    action paste does the same, and also inserts text."""

    async def take(_reader: Reader) -> Outcome:
        pasted = await session.clipboard.paste()
        return Done("The clipboard has text, not an image." if pasted.text else pasted.line)

    return AskUser(take)


@command("/detach [N]", topic=Topic.REQUEST)
def detach(session: Session, argument: str) -> Outcome:
    """Remove attachment N from the next message, or the last one; /attach numbers them."""
    attached = session.attached
    if not attached:
        return Done("Nothing is attached.")
    number = parse_count(argument, default=len(attached))
    if number > len(attached):
        held = "is 1 attachment" if len(attached) == 1 else f"are {len(attached)} attachments"
        raise UsageError(f"There {held}; /attach lists what is attached.")
    session.attached = (*attached[: number - 1], *attached[number:])
    return Done(f"Removed: {describe_block(attached[number - 1])}")


def list_attached(session: Session) -> list[str]:
    """The attachments of the next message, a line each."""
    if not session.attached:
        return []
    return ["Attached to the next message:", *list_blocks(session.attached), TAKES_BACK]


def describe_unsent(session: Session) -> str:
    """What the user attached and leaves without sending; "" for nothing."""
    of_role = {id(block) for block in session.of_role}
    unsent = [block for block in session.attached if id(block) not in of_role]
    named = ", ".join(map(describe_block, unsent[:_MOST_NAMED]))
    more = f" and {len(unsent) - _MOST_NAMED} more" if len(unsent) > _MOST_NAMED else ""
    return f"Attached, but not sent: {named}{more}." if unsent else ""


def list_selection(selection: Selection) -> list[str]:
    """The files of a selection, and what was left out."""
    return [*list_blocks(selection.blocks), *list_remarks(selection)]


def _attach(session: Session, selection: Selection) -> Outcome:
    session.attach(selection.blocks)
    return Done("\n".join([*list_remarks(selection), *list_attached(session)]))


@command("/citations [on|off]", topic=Topic.REQUEST)
def citations(session: Session, argument: str) -> Outcome:
    """Show or set whether answers cite the attached texts and PDFs, with page or line."""
    if argument:
        is_on = parse_choice(argument, ("on", "off")) == "on"
        if is_on and session.shape:
            raise UsageError("An answer with a schema cannot cite; /config schema off first.")
        session.citations = is_on
    return Done(f"Citations are {'on' if session.citations else 'off'}.")
