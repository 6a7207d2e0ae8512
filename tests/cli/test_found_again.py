"""Conversations found again: /resume, /delete, --search, --list and -r without REF, from the
commands up to the real program on a pty."""

import itertools
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from disks import QuickDisk
from fakes import (
    MODEL,
    MemoryArchive,
    MemoryJournal,
    ScriptedReader,
    answered,
    open_session,
)
from program import just_look, run_on_terminal, run_program
from streamchat.app import commands
from streamchat.app.commands.outcomes import Done, Outcome, Replay
from streamchat.app.session import Session
from streamchat.cli.arguments import parse_arguments
from streamchat.core.conversation import Conversation
from streamchat.core.errors import Busy, NotFound, UsageError
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Message, text_block, user_message
from streamchat.core.options import OPTIONS
from streamchat.store import Store
from terminal import Person

KEY = {"ANTHROPIC_API_KEY": "sk-ant-x", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}


# Commands


def kept(*titles: str) -> Session:
    """A session beside conversations that are kept under their titles."""
    session = open_session()
    archive = MemoryArchive()
    for title in titles:
        conversation = Conversation.new(title, "2026-09-21T14:13:20Z", MODEL)
        conversation.append(user_message(title), id=f"{title}-0", at="")
        archive.kept[title] = conversation
    session.archive = archive
    return session


def outcome_of(session: Session, line: str, reader: ScriptedReader) -> Outcome:
    name, _, argument = line.partition(" ")
    return answered(commands.dispatch(session, CommandLine(name, argument)), reader)


def test_resume_without_ref_opens_what_was_picked() -> None:
    session = kept("one", "two")
    reader = ScriptedReader(iter(()), picks=iter(["two", None]))
    assert outcome_of(session, "resume", reader) == Replay("Resumed: two")
    assert session.conversation.title == "two"
    assert outcome_of(session, "resume", reader) == Done()
    assert session.conversation.title == "two"


def test_picking_what_is_open_changes_nothing() -> None:
    session = kept("one")
    reader = ScriptedReader(iter(()), picks=iter([session.journal.name]))
    before = session.conversation
    assert isinstance(outcome_of(session, "resume", reader), Done)
    assert session.conversation is before


def test_delete_asks_and_takes_no_for_an_answer() -> None:
    session = kept("one", "two")
    reader = ScriptedReader(iter(()), answers=iter([False, True]))
    assert outcome_of(session, "delete one", reader) == Done("Nothing was deleted.")
    assert outcome_of(session, "delete one", reader) == Done('Deleted "one".')
    assert reader.questions == ['Delete "one" (one, 1 turn) for good?'] * 2
    assert isinstance(session.archive, MemoryArchive)
    assert session.archive.deleted == ["one"]


def test_deleting_the_open_one_begins_another() -> None:
    session = kept("one")
    opened = session.archive.open("one", model=MODEL)
    session.switch(opened.conversation, opened.journal)
    reader = ScriptedReader(iter(()), answers=iter([True]))
    assert outcome_of(session, "delete", reader) == Done('Deleted "one".')
    assert isinstance(opened.journal, MemoryJournal)
    assert opened.journal.closed
    assert session.conversation.turn_count == 0


def test_delete_takes_what_was_typed_there_with_it() -> None:
    session = kept("one", "two")
    session.archive.read("one").conversation.rename("First")
    forgotten: list[tuple[str, set[str], set[str]]] = []

    def forget(conversation: str, *, texts: Iterable[str], names: Iterable[str]) -> None:
        forgotten.append((conversation, set(texts), set(names)))

    session.forget_typed = forget
    id = session.archive.read("one").conversation.id
    outcome_of(session, "delete one", ScriptedReader(iter(()), answers=iter([True])))
    assert forgotten == [(id, {"one"}, {"First", id, "one"})]


def test_what_is_open_elsewhere_is_refused_before_the_question() -> None:
    class BusyArchive(MemoryArchive):
        def require_deletable(self, ref: str) -> None:
            raise Busy('"one" is open.', ref, pid=1, since=None)

    session = kept("one")
    assert isinstance(session.archive, MemoryArchive)
    session.archive = BusyArchive(session.archive.kept)
    with pytest.raises(Busy):
        outcome_of(session, "delete one", ScriptedReader(iter(())))


def test_there_must_be_something_to_delete() -> None:
    session = kept("one")
    with pytest.raises(UsageError, match="This conversation is not on disk"):
        commands.dispatch(session, CommandLine("delete", ""))
    with pytest.raises(NotFound):
        outcome_of(session, "delete nowhere", ScriptedReader(iter(())))


# The command line


@pytest.mark.parametrize(
    ("argv", "picks", "ref", "prompt"),
    [
        (["-r"], True, None, ""),
        (["--resume"], True, None, ""),
        (["-r", "-q"], True, None, ""),
        (["-r", "--", "and", "now"], True, None, "and now"),
        (["why", "-r"], True, None, "why"),
        (["-r", "ab12"], False, "ab12", ""),
        (["-r", "ab12", "why"], False, "ab12", "why"),
        (["-r", "two words"], False, "two words", ""),
        (["--resume=ab12"], False, "ab12", ""),
        (["-r", "ab12", "-r"], True, None, ""),
        (["-r", "-r", "ab12"], False, "ab12", ""),
    ],
)
def test_resume_stands_alone_at_the_end_and_before_an_option(
    argv: list[str], picks: bool, ref: str | None, prompt: str
) -> None:
    invocation = parse_arguments(argv, OPTIONS)
    given = invocation.flags.values.get("resume")
    assert (invocation.picks, given and given.text, invocation.prompt) == (picks, ref, prompt)


def test_resume_and_continue_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="-r cannot be combined with -c"):
        parse_arguments(["-c", "-r"], OPTIONS)


def converse(*texts: str, title: str = "") -> Path:
    """A conversation where the program keeps them, its turns a minute apart."""
    directory = Path(os.environ["XDG_DATA_HOME"], "streamchat/conversations")
    number = len(list(directory.glob("*.jsonl"))) + 1
    numbers = itertools.count(1)
    store = Store(
        directory, disk=QuickDisk(), clock=time.time, new_id=lambda: f"{number:04d}abcd"
    )
    conversation, journal = store.start(MODEL, None)
    for text in texts:
        turn = next(numbers)
        reply = Message("assistant", (text_block(text),), MODEL, "end_turn")
        message = user_message(text) if turn % 2 else reply
        at = f"2026-09-{number:02d}T10:{turn:02d}:00Z"
        journal.append(conversation.append(message, f"t{turn}", at))
    if title:
        journal.append(conversation.rename(title))
    journal.close()
    return Path(journal.name)


def test_search_into_a_pipe_is_a_line_for_each_hit() -> None:
    converse("What is a lexer?", "It makes tokens\tand\n\nlexers are small.")
    converse("And a parser?", "It asks the lexer.", title="Parsers")
    run = run_program("--search", "lexer")
    assert run.stdout.splitlines() == [
        "0002abcd\tParsers\tt2\t2026-09-02T10:02:00Z\tIt asks the lexer.",
        "0001abcd\tWhat is a lexer?\tt2\t2026-09-01T10:02:00Z\t"
        "It makes tokens and lexers are small.",
        "0001abcd\tWhat is a lexer?\tt1\t2026-09-01T10:01:00Z\tWhat is a lexer?",
    ]
    assert (run.status, run.stderr) == (0, "")


def test_search_as_json() -> None:
    path = converse("What is a lexer?", title="Cutting")
    [in_title] = json.loads(run_program("--search", "cut", "--json").stdout)
    [in_turn] = json.loads(run_program("--search", "lexer", "--json").stdout)
    about = {"id": "0001abcd", "title": "Cutting", "path": str(path)}
    turn = {"turn": "t1", "role": "user", "at": "2026-09-01T10:01:00Z"}
    assert in_turn == {**about, **turn, "excerpt": "What is a lexer?"}
    assert in_title["turn"] is None
    assert in_title["excerpt"] == "Cutting"


def test_search_that_finds_nothing_says_so() -> None:
    converse("What is a lexer?")
    run = run_program("--search", "nixda")
    assert (run.status, run.stdout) == (66, "")
    assert run.stderr == "streamchat: No conversation contains 'nixda'.\n"
    assert run_program("--search", "nixda", "--json").stdout == "[]\n"


def test_search_on_a_terminal_shows_the_hit_and_obeys_nothing() -> None:
    converse("a \x1b[2J *lexer* # <b>", title="| T\x1b]0;pwn\x07 **x**")
    terminal = run_on_terminal(just_look, "--search", "lexer")
    assert terminal.status == 0
    shown = " ".join(terminal.text.split())
    assert "| T␛]0;pwn␇ **x** · 0001abcd · turn t1 ·" in shown
    assert "you: a ␛[2J *lexer* # <b>" in shown
    assert b"\x1b[2J" not in terminal.raw
    assert b"pwn\x07" not in terminal.raw


def test_a_ref_that_matches_several_or_none_names_them_harmlessly() -> None:
    converse("x", title="Lexers \x1b[2J one")
    converse("x", title="Lexers two")
    several, none = run_program("--show", "lexers"), run_program("--show", "Lexers twi")
    assert (several.status, none.status) == (66, 66)
    assert several.stderr.strip().endswith(
        "'lexers' may be any of: 0002abcd Lexers two; 0001abcd Lexers ␛[2J one."
    )
    assert "The nearest: 0002abcd Lexers two" in none.stderr
    assert "\x1b" not in several.stderr + none.stderr


def test_resume_alone_needs_a_terminal() -> None:
    run = run_program("-r")
    assert (run.status, run.stdout) == (2, "")
    assert run.stderr == (
        "streamchat: -r without REF needs a terminal. --list prints the conversations.\n"
    )


# The program


def test_a_conversation_is_found_opened_and_deleted() -> None:
    path = converse("What is a lexer?", "It makes tokens.")
    converse("Something else", "Indeed.")

    def person(terminal: Person) -> None:
        terminal.wait_for("1/2")
        terminal.type("tok")
        terminal.wait_for("It makes tokens.")
        terminal.type("\r")
        terminal.wait_for_prompt()
        assert "Enter open" not in terminal.text
        assert "❯ What is a lexer?" in terminal.rows
        terminal.type("/resume\r")
        terminal.wait_for("1/2")
        terminal.type("\x1b")
        terminal.wait_for_prompt()
        terminal.type("/rename Secret lexers\r")
        terminal.wait_for(lambda: "Secret lexers" in terminal.status_line)
        terminal.type("/delete\r")
        terminal.wait_for('Delete "Secret lexers" (0001abcd, 2 turns) for good?')
        terminal.type("y\r")
        terminal.wait_for('Deleted "Secret lexers".')
        terminal.wait_for_prompt()
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, "-r", environ=KEY, columns=60, rows=12)
    assert terminal.status == 0
    assert not path.exists()
    index = Path(os.environ["XDG_CACHE_HOME"], "streamchat/search.sqlite3")
    assert b"tokens" not in index.read_bytes()
    assert b"Indeed" in index.read_bytes()
    history = Path(os.environ["XDG_STATE_HOME"], "streamchat/history").read_bytes()
    assert b"lexer" not in history.lower()
    assert b"/exit" in history


def test_without_a_key_nothing_is_picked() -> None:
    converse("What is a lexer?")
    terminal = run_on_terminal(just_look, "-r")
    assert terminal.status == 77
    assert "lexer" not in terminal.text


def test_leaving_the_picker_leaves_the_program() -> None:
    converse("What is a lexer?")

    def person(terminal: Person) -> None:
        terminal.wait_for("1/1")
        terminal.type("\x03")

    terminal = run_on_terminal(person, "-r", environ=KEY)
    assert terminal.status == 0
    assert terminal.text == ""


def test_on_a_dumb_terminal_one_picks_by_number() -> None:
    converse("What is a lexer?", "It makes tokens.")
    converse("Something else", "Indeed.")

    def person(terminal: Person) -> None:
        terminal.wait_for("2    now  What is a lexer?")
        terminal.type("tokens\r")
        terminal.wait_for("1    now  What is a lexer?")
        terminal.type("1\r")
        terminal.wait_for("It makes tokens.")
        terminal.wait_for_prompt()
        assert b"\x1b" not in terminal.raw
        terminal.type("/exit\r")

    terminal = run_on_terminal(person, "-r", environ={**KEY, "TERM": "dumb"})
    assert terminal.status == 0
