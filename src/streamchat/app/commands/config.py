"""/config: shows and changes the settings in a chat."""

from __future__ import annotations

from streamchat.app.commands.outcomes import Done, LongWork, Outcome, ShowReport
from streamchat.app.commands.registry import Topic, command
from streamchat.app.session import Session
from streamchat.core.errors import UsageError

SAVE, UNSET = "--save", "--unset"


@command("/config [KEY [VALUE|--unset] [--save]]", topic=Topic.PROGRAM)
def config(session: Session, argument: str) -> Outcome:
    """Show all settings and where each comes from. With KEY, explain one. With VALUE, set it
    until you leave; --unset takes that back. With --save, change config.toml too."""
    argument, saves = split_flag(argument, SAVE)
    argument, unsets = split_flag(argument, UNSET)
    key, _, text = argument.partition(" ")
    text = text.strip()
    settings = session.configuration
    if not key:
        if saves or unsets:
            raise UsageError("Name the setting: /config KEY VALUE --save.")
        return ShowReport(settings.describe())
    if unsets and text:
        raise UsageError("Give a value or --unset, not both.")
    if unsets:
        return Done(settings.save(key, None) if saves else settings.take_back(key))
    if not text:
        if saves:
            raise UsageError(f"Give the value to save: /config {key} VALUE --save.")
        return ShowReport(settings.explain(key))
    # A value may be the name of a file, even of a pipe.
    change = settings.save if saves else settings.change
    return LongWork(lambda: Done(change(key, text)))


def split_flag(argument: str, flag: str) -> tuple[str, bool]:
    """The argument without the flag at its end, and whether it was there."""
    head, _, last = argument.rpartition(" ")
    return (head.strip(), True) if last == flag else (argument, False)
