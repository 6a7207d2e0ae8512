"""/login, /logout and /profile: which server answers, and with which key."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_word
from streamchat.app.commands.outcomes import AskUser, Done, Outcome
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.ports import Reader

NO_PROFILES = (
    "There are no profiles yet. /login finds servers on this machine and writes one; or write"
    " a section [profiles.NAME] into config.toml."
)


@command("/login", topic=Topic.PROGRAM)
def login(session: Session, _argument: str) -> Outcome:
    """Paste an API key, or use a server on this machine from now on. The key can be saved for
    the next start."""

    async def ask(reader: Reader) -> Outcome:
        if not reader.can_choose:
            raise UsageError("/login needs someone to answer its questions.")
        return Done(await session.configuration.log_in(reader))

    return AskUser(ask)


@command("/logout", topic=Topic.PROGRAM)
def logout(session: Session, _argument: str) -> Outcome:
    """Remove the API key that the first run or /login saved. This chat uses it until you
    leave."""
    if not session.forget_key():
        return Done("No key is saved in the configuration directory.")
    return Done("The key is removed. This chat uses it until you leave.")


@command("/profile [NAME|off]", topic=Topic.REQUEST)
def profile(session: Session, argument: str) -> Outcome:
    """Use a profile of config.toml, with its server, key and model, until you leave. Without
    NAME, choose from a list; off uses none."""
    settings = session.configuration
    if argument:
        return Done(settings.use_profile(parse_word(argument, "profile")))
    listed = settings.profiles()
    if not listed:
        return Done(NO_PROFILES)

    async def choose(reader: Reader) -> Outcome:
        if not reader.can_choose:
            return Done("\n".join(row for _, row in listed))
        chosen = await reader.choose("Which profile?", listed, current=settings.profile)
        return Done(settings.use_profile(chosen) if chosen is not None else "")

    return AskUser(choose)
