"""Text is data: what was pasted, edited, recalled or handed back is sent as it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from desk import NAMES, Desk, desk, run
from hypothesis import given
from hypothesis import strategies as st

from shares import share
from streamchat.core.input_line import VERBATIM, CommandLine, InputLine, Say, parse_input
from streamchat.core.ports import Input, Typed
from streamchat.prompt.history_file import HistoryEntry
from streamchat.prompt.pastes import MAX_LINES, Pastes
from streamchat.prompt.provenance import Provenance

UP = "\x1b[A"
MANY = "line\n" * MAX_LINES

TEXTS = [
    "plain",
    "two\nlines",
    "/help",
    "/system You are\na poet",
    "/resume x\n2,000 lines",
    "/nosuch",
    "// main.go",
    "///// five",
    "//help",
    "//system a\nb",
    "/* licence */",
    "exit",
    "quit\n",
    '"""quoted"""',
    '"""\nnever closed',
    'def f():\n    """Doc."""\n',
    "a backslash at the end\\",
    "\n/help",
    "  /help",
    MANY,
    f"/help\n{MANY}",
    f"/system {MANY}",
    f"//help {MANY}",
    "x" * 60_000,
    "a\ttab\x1b[31m and \u202e more",
]


def meaning(received: Input) -> InputLine:
    assert isinstance(received, Typed)
    return parse_input(received.text, NAMES)


def editor(directory: Path, text: str) -> str:
    """A command that leaves `text` in the file it is given."""
    (directory / "new").write_text(text + "\n", newline="")
    script = directory / "editor"
    script.write_text(f"#!/bin/sh\ncat {directory / 'new'} > $1\n")
    script.chmod(0o755)
    return str(script)


def edited(at: Desk, before: str = "") -> InputLine:
    """What is sent after the editor was called on `before`."""

    async def edit() -> Input:
        reading = asyncio.ensure_future(at.prompt.read())
        rows = len(at.screen())
        at.type(f"{before}\x07")
        await at.paper.until(lambda: has_changed(at.screen()[rows:], before))
        at.type("\r")
        return await reading

    return meaning(run(edit()))


def has_changed(rows: list[str], before: str) -> bool:
    shown = [row for row in rows if row.strip("❯ ")]
    return shown not in ([], [f"❯ {before}"])


@pytest.mark.parametrize("text", share(TEXTS, every=3), ids=lambda text: repr(text[:20]))
def test_a_text_handed_back_is_sent_as_it_is_and_so_are_its_recalled_copies(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "history"
    with desk(history=path) as at:
        line = Provenance(NAMES, Pastes()).sent_input(VERBATIM + text)
        assert meaning(at.read("\r", prefill=line)) == Say(text)
        again = at.read("\r", prefill=line)
        assert meaning(again) == Say(text)
        if not text[0].isspace():
            assert meaning(at.read(f"{UP}\r")) == Say(text)
            assert meaning(at.read(f"{UP}\r")) == Say(text)
    if not text[0].isspace():
        with desk(history=path) as at:
            assert meaning(at.read(f"{UP}\r")) == Say(text)


@pytest.mark.parametrize("text", share(TEXTS, every=4), ids=lambda text: repr(text[:20]))
def test_what_an_editor_left_is_sent_as_it_is(text: str, tmp_path: Path) -> None:
    with desk(environ={"EDITOR": editor(tmp_path, text)}) as at:
        assert edited(at) == Say(text)


@pytest.mark.parametrize("before", ["//help me", '"""/help me"""', "/help me"])
def test_an_editor_gets_the_text_that_is_sent(before: str) -> None:
    with desk(environ={"EDITOR": "sh -c 'printf \" now\" >> $0'"}) as at:
        assert edited(at, before) == Say("/help me now")


@pytest.mark.parametrize(
    "text", [text for text in TEXTS if "\n" in text], ids=lambda text: repr(text[:20])
)
def test_a_paste_of_several_lines_is_sent_as_it_is(text: str) -> None:
    with desk() as at:
        at.paste(text)
        assert meaning(at.read("\r")) == Say(text)
        at.paste(text)
        assert meaning(at.read("\x18\x10\r")) == Say(text)  # a folded one, shown
        at.type("see: ")
        at.paste(text)
        assert meaning(at.read("\r")) == Say(f"see: {text}")


def test_a_paste_of_one_line_is_as_if_it_was_typed() -> None:
    with desk() as at:
        at.paste("/resume abc")
        assert meaning(at.read("\r")) == CommandLine("resume", "abc")
        at.paste("//help")
        assert meaning(at.read("\r")) == Say("/help")


@pytest.mark.parametrize("text", ["You are\na poet", MANY.strip()], ids=["small", "folded"])
def test_a_typed_command_takes_a_paste_of_many_lines_if_it_takes_lines(text: str) -> None:
    with desk() as at:
        at.type("/system ")
        at.paste(text)
        assert meaning(at.read("\r")) == CommandLine("system", text)
        assert meaning(at.read(f"{UP}\r")) == CommandLine("system", text)
        at.type("/resume ")
        at.paste(text)
        assert meaning(at.read("\r")) == Say(f"/resume {text}")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("/system Be", CommandLine("system", "Be\nbrief.")),
        ("/sys", Say("/system Be\nbrief.")),
        ("", Say("/system Be\nbrief.")),
    ],
)
def test_a_typed_command_that_takes_lines_may_be_written_in_the_editor(
    before: str, expected: InputLine, tmp_path: Path
) -> None:
    with desk(environ={"EDITOR": editor(tmp_path, "/system Be\nbrief.")}) as at:
        assert edited(at, before) == expected


def test_a_message_that_could_be_a_command_is_marked_and_the_mark_can_be_removed() -> None:
    async def shown(at: Desk, keys: str) -> tuple[str, Input]:
        reading = asyncio.ensure_future(at.prompt.read(prefill=f"{VERBATIM}exit"))
        await at.sees("exit")
        row = at.screen()[-1]
        at.type(keys)
        return row, await reading

    with desk() as at:
        row, sent = run(shown(at, "\r"))
        assert (row, meaning(sent)) == ("❯ [text] exit", Say("exit"))
    with desk() as at:
        _, sent = run(shown(at, "\x1b[H\x1b[3~\r"))
        assert meaning(sent) == CommandLine("exit")


PIECES = st.sampled_from(
    ["/", "//", "help", "system", " ", "\n", "x", "@", '"""', "\\", VERBATIM, "exit", "\t"]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_every_line_keeps_its_meaning_on_a_round_trip(line: str) -> None:
    provenance = Provenance(NAMES, Pastes())
    sent = provenance.sent_input(line)
    meant = parse_input(sent, NAMES)
    entry = provenance.entry(line, None)
    recalled = provenance.line_of_entry(HistoryEntry(entry.text, None, entry.is_verbatim))
    assert parse_input(provenance.sent_input(recalled), NAMES) == meant
    if isinstance(meant, Say):
        handed_back = provenance.line_of_input(sent)
        assert parse_input(provenance.sent_input(handed_back), NAMES) == meant


def test_only_a_typed_at_sign_names_a_file(tmp_path: Path) -> None:
    path = tmp_path / "history"
    with desk(history=path) as at:
        at.type("see @a and ")
        at.paste("@b")
        mixed = meaning(at.read("\r"))
        assert mixed == Say("see @a and @b", (("a",),))
        assert meaning(at.read(f"{UP}\r")) == Say("see @a and @b")  # not known any more
        assert meaning(at.read("see @a\r")) == Say("see @a", (("a",),))
        assert meaning(at.read(f"{UP}\r")) == Say("see @a", (("a",),))
        at.type("see ")
        at.paste(f"@b {MANY}")
        assert meaning(at.read("\x18\x10\r")) == Say(f"see @b {MANY}")
        at.paste("@dataclass\nclass A:")
        assert meaning(at.read("\r")) == Say("@dataclass\nclass A:")
    with desk(history=path) as at:
        assert meaning(at.read(f"{UP}\r")) == Say("@dataclass\nclass A:")


def test_a_pasted_at_sign_looks_like_one() -> None:
    async def shown(at: Desk) -> str:
        reading = asyncio.ensure_future(at.prompt.read())
        at.paste("ada@example.org")
        await at.sees("example")
        row = at.screen()[-1]
        at.type("\r")
        await reading
        return row

    with desk() as at:
        assert run(shown(at)) == "❯ ada@example.org"


def test_what_an_editor_wrote_names_no_file(tmp_path: Path) -> None:
    with desk(environ={"EDITOR": editor(tmp_path, "see @a\n@b")}) as at:
        assert edited(at, "see @a") == Say("see @a\n@b")


def test_a_line_that_was_refused_names_its_files_again() -> None:
    with desk() as at:
        assert meaning(at.read("\r", prefill="see @a")) == Say("see @a", (("a",),))
