"""/role: a system prompt and settings from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from streamchat.app.commands.arguments import parse_words
from streamchat.app.commands.registry import AskUser, Done, EditFile, Outcome, Topic, command
from streamchat.app.selecting import FETCHING, STOPPED, select_until_stopped
from streamchat.app.session import Session
from streamchat.core.attaching import names_address
from streamchat.core.errors import UsageError
from streamchat.core.ports import Reader
from streamchat.core.settings import Settings, SettingSource, resolve
from streamchat.core.settings.roles import from_role
from streamchat.core.templates import TemplateKind

NEW_ROLE = """\
---
# model: claude-haiku-5-5
# effort: low
---
You are a careful reviewer. Answer briefly.
"""


@command("/role [NAME|new NAME|off]", topic=Topic.REQUEST)
def role(session: Session, argument: str) -> Outcome:
    """Choose a role, or take NAME: its text becomes the system prompt, its front matter sets
    the model and more. new NAME opens a new role in your editor; off removes the system
    prompt."""
    words = parse_words(argument)
    match words:
        case []:
            return _choose(session)
        case ["off"]:
            session.record(session.conversation.configure(system=None))
            return Done("No role: the system prompt is removed.")
        case ["new", name]:
            return EditFile(session.templates.path(TemplateKind.ROLE, name), NEW_ROLE)
        case [name]:
            return _take(session, name)
        case _:
            raise UsageError("Give one name: /role NAME, or /role new NAME.")


def _choose(session: Session) -> Outcome:
    names = session.templates.names(TemplateKind.ROLE)
    if not names:
        return Done("There are no roles yet. /role new NAME writes one.")

    async def choose(reader: Reader) -> Outcome:
        if not reader.can_choose:
            return Done(f"Roles: {', '.join(names)}. /role NAME takes one.")
        chosen = await reader.choose("Which role?", [(name, name) for name in names])
        return _take(session, chosen) if chosen is not None else Done()

    return AskUser(choose)


def _take(session: Session, name: str) -> Outcome:
    template = session.templates.read(TemplateKind.ROLE, name)
    place = session.templates.path(TemplateKind.ROLE, name)
    layer = from_role(template, SettingSource.FLAG, place=place)
    settings = resolve([layer])
    given = {key for key, origin in settings.origins.items() if origin.place == place}
    said = [f"You talk to {name} now.", *settings.notes]
    if "system" in given:
        session.record(session.conversation.configure(system=settings.system))
    model = session.model_names(settings.model)
    if "model" in given and model != session.conversation.model:
        said.append(session.change_model(model))
    _apply(session, settings, given)
    return _attach(session, settings.role_attach, "\n".join(said))


def _attach(session: Session, references: Sequence[str], said: str) -> Outcome:
    """Attach what the role names; an address is fetched first."""
    if not any(map(names_address, references)):
        for reference in references:
            session.attach(session.select_files(reference).blocks)
        return Done(said)

    async def fetch(reader: Reader) -> Outcome:
        for reference in references:
            selection = await select_until_stopped(session, reference, reader)
            if selection is None:
                return Done(STOPPED)
            session.attach(selection.blocks)
        return Done()

    return AskUser(fetch, f"{said}\n{FETCHING}")


def _apply(session: Session, settings: Settings, given: set[str]) -> None:
    for key in ("effort", "thinking", "max_tokens"):
        if key in given:
            setattr(session, key, getattr(settings, key))
    if "request" in given:
        session.extra = {**session.extra, **dict(settings.request)}
    if "web" in given:
        web = replace(session.web_setup, max_uses=settings.web_max_uses)
        session.web = web if settings.web else None
