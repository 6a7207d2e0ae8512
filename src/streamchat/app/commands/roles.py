"""/role: a system prompt and settings from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streamchat.app.commands.arguments import parse_words
from streamchat.app.commands.attachments import list_attached
from streamchat.app.commands.outcomes import AskUser, Done, EditFile, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.prompt_files import ask_missing
from streamchat.app.selecting import STOPPED, describe_wait, select_until_stopped
from streamchat.app.session import Session
from streamchat.core.attachment_blocks import why_ask
from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted
from streamchat.core.messages import Block
from streamchat.core.ports import Reader
from streamchat.core.templates import (
    CLIPBOARD,
    TemplateKind,
    assign_words,
    give_stdin,
    still_missing,
)

NEW_ROLE = """\
---
# model: claude-haiku-5-5
# effort: low
---
You are a careful reviewer. Answer briefly.
"""


@command("/role [NAME [KEY=VALUE …]|new NAME|off]", topic=Topic.REQUEST)
def role(session: Session, argument: str) -> Outcome:
    """Choose a role, or take NAME: its text becomes the system prompt, its front matter sets
    the model and more, until you take another one. Values fill its placeholders; you are asked
    for those that are missing. new NAME opens a new role in your editor; off undoes what the
    role set, or removes the system prompt if there is no role."""
    words = parse_words(argument)
    match words:
        case []:
            return _choose(session)
        case ["off"]:
            return _leave(session)
        case ["new", name]:
            return EditFile(session.templates.path(TemplateKind.ROLE, name), NEW_ROLE)
        case ["new", *_]:
            raise UsageError("Give the new role one name: /role new NAME.")
        case _:
            return _fill(session, words[0], words[1:])


def _choose(session: Session) -> Outcome:
    names = session.templates.names(TemplateKind.ROLE)
    if not names:
        return Done("There are no roles yet. /role new NAME writes one.")

    async def choose(reader: Reader) -> Outcome:
        if not reader.can_choose:
            return Done(f"Roles: {', '.join(names)}. /role NAME takes one.")
        current = session.configuration.role
        rows = [(name, name) for name in names]
        chosen = await reader.choose("Which role?", rows, current=current or "")
        return _fill(session, chosen) if chosen is not None else Done()

    return AskUser(choose)


def _fill(session: Session, name: str, words: Sequence[str] = ()) -> Outcome:
    """Take the role once its placeholders are filled; what is missing is asked."""
    template = session.templates.read(TemplateKind.ROLE, name)
    values, rest = assign_words(template, words)
    if rest:
        raise UsageError(f"The role {name} has no placeholder for {quoted(rest)}.")
    give_stdin(template, values, "")
    if all(each == CLIPBOARD for each in still_missing(template, values)):
        return _take(session, name, values)

    async def ask(reader: Reader) -> Outcome:
        filled = await ask_missing(template.without(CLIPBOARD), values, reader)
        return Done() if filled is None else _take(session, name, filled)

    return AskUser(ask)


def _take(session: Session, name: str, values: Mapping[str, str]) -> Outcome:
    taken = session.configuration.take_role(name, values)
    _detach(session)
    said = "\n".join([f"The role is now {name}.", *taken.notes])
    return _attach(session, taken.attach, said)


def _leave(session: Session) -> Outcome:
    """Undo what the role set; without a role, remove the system prompt."""
    settings = session.configuration
    if settings.role is None:
        session.record(session.conversation.configure(system=None))
        return Done("No role: the system prompt is removed.")
    taken = settings.take_role(None, {})
    _detach(session)
    return Done("\n".join(["No role: what it set is undone.", *taken.notes]))


def _detach(session: Session) -> None:
    """Take back what the last role attached, if it was not sent yet."""
    session.attached = tuple(
        each for each in session.attached if not any(each is one for one in session.of_role)
    )
    session.of_role = ()


def _attach(session: Session, references: Sequence[str], said: str) -> Outcome:
    """Attach what the role names; an address is fetched first."""
    if not references:
        return Done(said)

    async def read(reader: Reader) -> Outcome:
        blocks: list[Block] = []
        for reference in references:
            selection = await select_until_stopped(session, reference, reader)
            if selection is None:
                return Done(STOPPED)
            reason = why_ask(selection, session.facts(session.conversation.model).window)
            if reason and not await reader.confirm(f"Attach {reason}?", default=False):
                continue
            blocks += selection.blocks
        session.attach(blocks)
        session.of_role = tuple(blocks)
        return Done("\n".join(list_attached(session)))

    waits = filter(None, (describe_wait(session, reference) for reference in references))
    return AskUser(read, "\n".join([said, *dict.fromkeys(waits)]))
