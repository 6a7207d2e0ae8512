"""The commands of every chat: leave, begin, resume, look, and how the model is asked."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_count, parse_reference, parse_word
from streamchat.app.commands.registry import (
    KEYS,
    AskUser,
    Copy,
    Done,
    Outcome,
    Quit,
    Redraw,
    Replay,
    ShowReport,
    command,
    commands_table,
)
from streamchat.app.listing import ago, conversations_table
from streamchat.app.session import Session
from streamchat.core.conversation import Conversation
from streamchat.core.errors import Busy, UsageError
from streamchat.core.input_line import typed
from streamchat.core.messages import in_words
from streamchat.core.ports import Opened, Reader

COPY_INSTEAD = "Go on in a copy (fork)?"


@command("/help", "?")
def show_help(_session: Session, _argument: str) -> Outcome:
    """List the commands and the keys."""
    return ShowReport(f"{commands_table()}\n{KEYS}")


@command("/exit", "quit", "q", "bye")
def leave(_session: Session, _argument: str) -> Outcome:
    """Leave; every turn is already on disk."""
    return Quit()


@command("/new", "clear", "reset")
def new(session: Session, _argument: str) -> Outcome:
    """Begin a new conversation; the old one is kept."""
    session.begin()
    return Done("New conversation.")


@command("/model [ID]")
def model(session: Session, argument: str) -> Outcome:
    """Show the model, or go on with another one."""
    if not argument:
        return Done(f"The model is {session.conversation.model}.")
    return Done(session.change_model(parse_word(argument, "model")))


@command("/system [TEXT|off]")
def system(session: Session, argument: str) -> Outcome:
    """Show the system prompt, or set it for the turns to come."""
    if not argument:
        current = session.conversation.system
        return Done(f"System prompt: {current}" if current else "There is no system prompt.")
    text = None if argument == "off" else argument
    session.record(session.conversation.configure(system=text))
    return Done("System prompt set." if text else "System prompt removed.")


@command("/resume [REF]")
def resume(session: Session, argument: str) -> Outcome:
    """Open another conversation by its title, its id (4 or more characters) or a path;
    without REF, find it while typing: words of its title or of what was said in it."""
    if argument:
        return _open(session, parse_reference(argument))

    async def pick(reader: Reader) -> Outcome:
        path = await reader.pick(session.archive, ago(session.clock))
        if path == session.journal.name:
            return Done("That is the conversation that is open.")
        return _open(session, path) if path else Done()

    return AskUser(pick)


@command("/delete [REF]")
def delete(session: Session, argument: str) -> Outcome:
    """Delete a conversation for good, this one without REF; asks first. Its words leave the
    search index, and what you typed in it leaves the history of the prompt."""
    ref = parse_reference(argument) or session.journal.name
    if not argument and not (session.journal.saves and session.conversation.turn_count):
        raise UsageError("There is nothing of this conversation on disk.")
    found = session.archive.read(ref)
    if found.journal.name != session.journal.name:
        session.archive.require_deletable(found.journal.name)
    name = found.conversation.title or "untitled"
    turns = found.conversation.turn_count

    async def confirm(reader: Reader) -> Outcome:
        about = f"{found.conversation.id[:8]}, {turns} turns"
        question = f'Delete "{name}" ({about}) for good?'
        if not await reader.confirm(question, default=False):
            return Done("Nothing was deleted.")
        if found.journal.name == session.journal.name:
            session.begin()
        _forget_typed(session, found.conversation, ref)
        session.archive.delete(found.journal.name)
        return Done(f'Deleted "{name}".')

    return AskUser(confirm)


def _forget_typed(session: Session, conversation: Conversation, ref: str) -> None:
    said = [turn.message.text for turn in conversation.turns if turn.role == "user"]
    session.forget_typed(
        conversation.id,
        texts={*said, *map(typed, said)},
        names={*conversation.titles, conversation.id, ref},
    )


def _open(session: Session, ref: str) -> Outcome:
    try:
        opened = session.archive.open(ref, model=session.conversation.model)
    except Busy as busy:
        return _copy(session, busy)
    return _resumed(session, opened)


def _resumed(session: Session, opened: Opened) -> Outcome:
    session.switch(opened.conversation, opened.journal)
    for line in opened.damage:
        session.warn(line)
    return Replay(f"Resumed: {opened.conversation.title or 'untitled'}")


def _copy(session: Session, busy: Busy) -> Outcome:
    """Another process has it; a copy can be gone on with."""
    if busy.path == session.journal.name:
        return Done("That is the conversation that is open.")

    async def confirm(reader: Reader) -> Outcome:
        if not await reader.confirm(f"{busy.message} {COPY_INSTEAD}", default=False):
            return Done("Nothing was opened.")
        source = session.archive.read(busy.path)
        fork = session.archive.fork(source.conversation)
        return _resumed(session, Opened(*fork, source.damage))

    return AskUser(confirm)


@command("/list [N]")
def list_conversations(session: Session, argument: str) -> Outcome:
    """List the newest N conversations (20 if not said)."""
    summaries = session.archive.summaries()[: parse_count(argument, default=20)]
    if not summaries:
        return Done("No conversations are kept yet.")
    return ShowReport(conversations_table(summaries, now=session.clock()))


@command("/save [TITLE]")
def save(session: Session, argument: str) -> Outcome:
    """Say where the conversation is kept, and name it if a TITLE is given. One begun
    with --no-save is written from here on, whole."""
    if argument:
        session.record(session.conversation.rename(argument))
    if not session.journal.saves:
        session.journal = session.archive.keep(session.conversation)
    return Done(f"Kept in {session.journal.name}")


@command("/show [N]")
def show(session: Session, argument: str) -> Outcome:
    """Show the conversation again, or only its last N exchanges."""
    if not session.conversation.path:
        return Done("Nothing has been said yet.")
    count = parse_count(argument, default=1) if argument else None
    return Replay(exchanges=count, whole=True)


@command("/redraw")
def redraw(session: Session, _argument: str) -> Outcome:
    """Print the last answer again, as wide as the window is now."""
    reply = session.conversation.last_reply
    if reply is None:
        return Done("There is no answer to print again.")
    return Redraw(reply.message)


@command("/copy [N]")
def copy(session: Session, argument: str) -> Outcome:
    """Copy the last answer to the clipboard as Markdown, or only its N-th code block. The
    terminal does it (OSC 52), also over SSH."""
    reply = session.conversation.last_reply
    if reply is None:
        return Done("There is no answer to copy.")
    text = reply.message.text
    if not argument:
        return Copy(text, "The answer is on the clipboard.")
    from streamchat.app.code_blocks import code_blocks  # markdown-it: 60 ms

    number = parse_count(argument, default=1)
    blocks = list(code_blocks(text))
    if number > len(blocks):
        raise UsageError(f"The last answer has {len(blocks) or 'no'} code {_blocks(blocks)}.")
    return Copy(
        blocks[number - 1], f"Code block {number} of {len(blocks)} is on the clipboard."
    )


def _blocks(blocks: list[str]) -> str:
    return "block" if len(blocks) == 1 else "blocks"


@command("/attach [PATH|URL]", "file")
def attach(session: Session, argument: str) -> Outcome:
    """Send a file or an address along with the next message; without one, say what is
    attached."""
    if argument:
        session.attached = (
            *session.attached,
            session.read_attachment(parse_reference(argument)),
        )
    if not session.attached:
        return Done("Nothing is attached.")
    return Done(f"With the next message: {', '.join(map(in_words, session.attached))}")


@command("/events")
def events(session: Session, _argument: str) -> Outcome:
    """Show each event of the API beside the answer as a dim line, or stop showing them."""
    session.trace = not session.trace
    return Done(f"API events are {'shown' if session.trace else 'hidden'}.")
