"""What the chat says about keys, after they were bound to others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from fakes import RecordingScreen, ScriptedReader, ScriptedSource, no_advice, open_session
from streamchat.app.commands.help import keys_table
from streamchat.app.prompt_keys import describe_waiting
from streamchat.app.repl import Repl
from streamchat.app.session import Session
from streamchat.core.errors import CutOff
from streamchat.core.input_line import ANY_NAME
from streamchat.core.keymap import build_keymap, read_bindings
from streamchat.core.ports import Key, Typed
from streamchat.core.ports.shell import ShellRun
from streamchat.core.prompt_settings import PromptSettings


def bound(keys: Mapping[str, object], *, is_vi: bool = False) -> Session:
    session = open_session()
    session.prompt = PromptSettings(build_keymap(read_bindings(keys), is_vi=is_vi))
    return session


@pytest.mark.parametrize(
    ("keys", "waits", "told"),
    [
        ({}, 1, "1 queued message waits for the next answer. Up takes it back."),
        ({"older": "F5"}, 2, "2 queued messages wait for the next answer. F5 takes them back."),
        ({"older": []}, 1, "1 queued message waits for the next answer."),
    ],
)
def test_what_takes_back_the_queue(keys: Mapping[str, object], waits: int, told: str) -> None:
    assert said(bound(keys), "why?", waits=waits)[-1] == ("notice", told)


@pytest.mark.parametrize(
    ("keys", "told"), [({}, "Enter runs it."), ({"send": "Alt-Q"}, "Alt-Q runs it.")]
)
def test_what_runs_a_command_from_the_queue(keys: Mapping[str, object], told: str) -> None:
    shown = said(bound(keys), Typed("!ls", was_queued=True))
    assert shown == [("notice", f"A shell command does not run from the queue. {told}")]


def said(session: Session, typed: str | Typed, *, waits: int = 0) -> list[tuple[str, str]]:
    first = typed if isinstance(typed, Typed) else Typed(typed)
    screen = RecordingScreen()
    reader = ScriptedReader(iter([first, Key.END]), queued=waits)
    source = ScriptedSource([[CutOff("It was cut off.")]])
    repl = Repl(
        session, source, reader, screen, lambda: 0.0, no_advice, shell=_Shell(), names=ANY_NAME
    )
    asyncio.run(repl.run())
    return [each for each in screen.shown if each[0] != "error"]


class _Shell:
    async def run(self, command: str) -> ShellRun:
        raise AssertionError(command)


def test_what_stops_a_fetch() -> None:
    assert describe_waiting(bound({})) == "Fetching; Esc stops it."
    assert describe_waiting(bound({"stop": "F5"})) == "Fetching; F5 stops it."
    assert describe_waiting(bound({}, is_vi=True)) == "Fetching; Ctrl-C stops it."


def test_the_help_says_what_brings_back_a_cleared_line() -> None:
    usual = keys_table(build_keymap())
    assert "| `Ctrl-C` | clear the line (`Up` brings it back), or stop an answer" in usual
    moved = keys_table(build_keymap(read_bindings({"older": "Alt-O"})))
    assert "clear the line (`Alt-O` brings it back)," in moved
    assert "clear the line, or stop" in keys_table(build_keymap((("older", ()),)))
