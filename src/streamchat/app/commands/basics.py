"""The basic commands: help, exit, conversations, the model, the last answer."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_count, parse_reference
from streamchat.app.commands.help import explain_command, help_overview, list_prompts
from streamchat.app.commands.outcomes import (
    AskUser,
    Done,
    LongWork,
    Outcome,
    Quit,
    Redraw,
    Replay,
    ShowReport,
    when_done,
)
from streamchat.app.commands.registry import PromptRow, Topic, command, is_command
from streamchat.app.commands.unsaved import unless_unsaved
from streamchat.app.list_actions import ListActions, ask_to_delete
from streamchat.app.listing import ago, conversations_table, find_summaries
from streamchat.app.prompt_keys import keymap_of
from streamchat.app.session import Session
from streamchat.core.errors import Busy, UsageError
from streamchat.core.ports import OpenedConversation, Reader
from streamchat.core.schema import shown_message
from streamchat.core.templates import TemplateKind

COPY_INSTEAD = "Continue in a copy?"
ALREADY_OPEN = "That conversation is already open."


@command("/help [COMMAND|keys|all]", "?", topic=Topic.PROGRAM)
def show_help(session: Session, argument: str) -> Outcome:
    """List the commands. With the name of a command, explain it; keys lists the keys, all
    explains every command."""
    keymap, prompts = keymap_of(session), session.templates.names(TemplateKind.PROMPT)
    if not argument:
        return ShowReport(f"{help_overview(keymap)}{list_prompts(prompts)}")
    name = argument.removeprefix("/")
    if name in prompts and not is_command(name):
        row = PromptRow(name)
        about = f"{row.help} WORDS fill its placeholders."
        return ShowReport(f"`/{name} {row.argument}`\n\n{about}\n")
    return ShowReport(explain_command(argument, keymap))


@command("/exit", "quit", "q", "bye", topic=Topic.PROGRAM)
def leave(session: Session, _argument: str) -> Outcome:
    """Leave streamchat. Every turn is already saved."""
    return unless_unsaved(session, Quit)


@command("/new", "clear", "reset", topic=Topic.CONVERSATIONS)
def new(session: Session, _argument: str) -> Outcome:
    """Start a new conversation. The current one stays saved."""

    def begin() -> Outcome:
        session.begin()
        return Done("New conversation.")

    return unless_unsaved(session, begin)


@command("/system [TEXT|off]", topic=Topic.REQUEST, takes_lines=True)
def system(session: Session, argument: str) -> Outcome:
    """Show the system prompt, or set it for the following turns. In mid-conversation, a message
    tells the model, if it supports that, so that the prompt cache is kept."""
    if not argument:
        current = session.conversation.system
        return Done(f"System prompt: {current}" if current else "No system prompt is set.")
    text = None if argument == "off" else argument
    session.record(session.conversation.configure(system=text))
    return Done("System prompt set." if text else "System prompt removed.")


@command("/resume [REF]", topic=Topic.CONVERSATIONS)
def resume(session: Session, argument: str) -> Outcome:
    """Open a saved conversation. REF is its title, the start of its id (at least 4 characters)
    or a path. Without REF, search titles and texts as you type (the filters of /list work
    too), and open, rename, delete, copy or export what you find."""
    if argument:
        ref = parse_reference(argument)
        return unless_unsaved(session, lambda: LongWork(lambda: _open(session, ref)))

    async def pick(reader: Reader) -> Outcome:
        path = await _list_actions(session).pick(reader, ago(session.clock))
        session.tell_problems()
        if path == session.journal.name:
            return Done(ALREADY_OPEN)
        if path is None:
            return Done()
        return unless_unsaved(session, lambda: LongWork(lambda: _open(session, path)))

    return AskUser(pick)


@command("/delete [REF]", topic=Topic.CONVERSATIONS)
def delete(session: Session, argument: str) -> Outcome:
    """Delete a conversation for good, after asking; without REF, the current one. Its words
    leave the search index, and what you typed in it leaves the history of the prompt."""
    ref = parse_reference(argument) or session.journal.name
    if not argument and not (session.journal.saves and session.conversation.turn_count):
        raise UsageError("This conversation is not on disk.")
    return LongWork(lambda: _offer_to_delete(session, ref))


def _offer_to_delete(session: Session, ref: str) -> Outcome:
    found = session.archive.read(ref)
    if found.journal.name != session.journal.name:
        session.archive.require_deletable(found.journal.name)

    async def confirm(reader: Reader) -> Outcome:
        if not await reader.confirm(ask_to_delete(found.conversation), default=False):
            return Done("Nothing was deleted.")
        return Done(_list_actions(session).delete(found.journal.name, found.conversation, ref))

    return AskUser(confirm)


def _list_actions(session: Session) -> ListActions:
    return ListActions(session.archive, session.exporter, session.forget_typed, session)


def _open(session: Session, ref: str) -> Outcome:
    try:
        opened = session.archive.open(ref, model=session.conversation.model)
    except Busy as busy:
        return _copy(session, busy)
    return when_done(lambda: _resumed(session, opened))


def _resumed(session: Session, opened: OpenedConversation) -> Outcome:
    session.switch(opened.conversation, opened.journal)
    session.tell_problems()
    for line in opened.damage:
        session.warn(line)
    return Replay(f"Resumed: {opened.conversation.title or 'untitled'}")


def _copy(session: Session, busy: Busy) -> Outcome:
    """Offer to continue in a copy, because another process has the conversation open."""
    if busy.path == session.journal.name:
        return Done(ALREADY_OPEN)

    async def confirm(reader: Reader) -> Outcome:
        if not await reader.confirm(f"{busy.message} {COPY_INSTEAD}", default=False):
            return Done("Nothing was opened.")
        return LongWork(read)

    def read() -> Outcome:
        source = session.archive.read(busy.path)
        copy, journal = session.archive.fork(source.conversation)
        opened = OpenedConversation(copy, journal, source.damage)
        return when_done(lambda: _continue_in_copy(session, opened))

    return AskUser(confirm)


def _continue_in_copy(session: Session, copy: OpenedConversation) -> Outcome:
    copy.journal.verify()
    return _resumed(session, copy)


@command("/list [N] [FILTERS]", topic=Topic.CONVERSATIONS)
def list_conversations(session: Session, argument: str) -> Outcome:
    """List the newest N saved conversations (20 by default), or those that match words and
    filters: model:NAME after:2026-11 before:2026-11-20 has:code dir:PART."""
    count, _, rest = argument.partition(" ")
    wanted = rest if count.isdecimal() else argument
    most = parse_count(count if count.isdecimal() else "", default=20)
    return LongWork(lambda: _list(session, wanted, most))


def _list(session: Session, wanted: str, most: int) -> Outcome:
    summaries = find_summaries(session.archive, wanted)[:most]
    session.tell_problems()
    if not summaries:
        return Done("No conversation matches." if wanted else "No saved conversations yet.")
    return ShowReport(conversations_table(summaries, now=session.clock()))


@command("/save [TITLE]", topic=Topic.CONVERSATIONS)
def save(session: Session, argument: str) -> Outcome:
    """Say where this conversation is saved, and set its title if you give one. A conversation
    started with --no-save is saved whole, and from now on; one whose file was deleted or
    damaged meanwhile is written to a new file."""
    if argument:
        session.record(session.conversation.rename(argument))
    if not session.journal.saves:
        session.journal = session.archive.keep(session.conversation)
    if not session.conversation.turn_count:
        return Done("This conversation is empty; it is saved with its first turn.")
    if not session.why_unsaved():
        return Done(f"Saved in {session.journal.name}")
    session.save_anew()
    return Done(f"Saved to the new file {session.journal.name}")


@command("/show [N]", topic=Topic.ANSWERS)
def show(session: Session, argument: str) -> Outcome:
    """Print the conversation again, or only its last N exchanges."""
    if not session.conversation.path:
        return Done("This conversation is empty.")
    count = parse_count(argument, default=1) if argument else None
    return Replay(exchanges=count, whole=True)


@command("/redraw", topic=Topic.ANSWERS)
def redraw(session: Session, _argument: str) -> Outcome:
    """Print the last answer again, at the current width of the window."""
    reply = session.conversation.last_reply
    if reply is None:
        return Done("There is no answer yet.")
    return Redraw(shown_message(reply))


@command("/events", topic=Topic.PROGRAM)
def events(session: Session, _argument: str) -> Outcome:
    """Show each API event as a dim line while an answer arrives, or stop showing them."""
    session.trace = not session.trace
    return Done(f"API events are {'shown' if session.trace else 'hidden'}.")
