"""/script and /import in a chat: what runs, what ends them, and that the chat stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import count

import pytest

from fakes import (
    Hang,
    RecordingScreen,
    ScriptedReader,
    ScriptedSource,
    Step,
    no_advice,
    open_session,
    reply_events,
)
from streamchat.app.commands.registry import command_names
from streamchat.app.repl import Repl
from streamchat.app.repl_outcomes import ImportSteps
from streamchat.app.waiting import STOPPED
from streamchat.cli.script import ScriptReader, split_script
from streamchat.core.errors import CutOff, NotFound, StreamchatError, UsageError
from streamchat.core.ports import ImportResult, Input, Key, Reader, Script, Typed


class Chat:
    """Somebody types `/script PATH` into a chat, and then leaves."""

    def __init__(
        self,
        script: str,
        *,
        path: str = "lines",
        answers: Sequence[Sequence[Step]] = (),
        then: Sequence[Input] = (),
        agrees: Sequence[bool] = (),
        stops: int = 0,
    ) -> None:
        """The user stops the next `stops` things that can be stopped."""
        self.session = open_session()
        self.stops = stops
        typed = [Typed(f"/script {path}"), *then, Key.END]
        self.reader = ScriptedReader(iter(typed), answers=iter(agrees), during=self._during)
        self.screen = RecordingScreen()
        self.session.warn = self.screen.error
        self.source = ScriptedSource(list(answers))
        ticks = count()
        self.repl = Repl(
            self.session,
            self.source,
            self.reader,
            self.screen,
            lambda: float(next(ticks)),
            no_advice,
            names=command_names(),
            open_script=self._open,
        )
        self._script, self._path = script, path
        asyncio.run(self.repl.run())

    def _during(self, stop: object) -> None:
        if self.stops and callable(stop) and (self.repl.script or self._path == "silent"):
            self.stops -= 1
            asyncio.get_running_loop().call_soon(stop)

    async def _open(self, path: str, keyboard: Reader) -> Script:
        if path == "silent":
            await asyncio.Event().wait()
        if path != "lines":
            raise NotFound(f"The script {path!r} cannot be read.")
        return ScriptReader(split_script(self._script), path, keyboard=keyboard)

    @property
    def said(self) -> list[str]:
        return [turn.message.text for turn in self.session.conversation.path]

    @property
    def told(self) -> list[tuple[str, str]]:
        return self.screen.shown

    @property
    def prefills(self) -> list[str]:
        return [prefill for prefill, _ in self.reader.prompts]


def test_the_lines_run_as_if_typed_and_are_shown() -> None:
    answers = [reply_events("1"), reply_events("2")]
    chat = Chat('one\n/rename A talk\n"""\n/exit\n  two\n"""\n', answers=answers)
    assert chat.said == ["one", "1", "/exit\n  two", "2"]
    assert chat.session.conversation.title == "A talk"
    assert [text.lstrip("\udc00") for text in chat.reader.echoed] == [
        "one",
        "/rename A talk",
        "/exit\n  two",
    ]
    assert chat.prefills == ["", ""]


def test_the_next_line_is_an_edited_question() -> None:
    chat = Chat("one\n/edit\nuno\n", answers=2 * [reply_events("1")])
    assert chat.said == ["uno", "1"]
    assert chat.prefills == ["", ""]


@pytest.mark.parametrize(
    ("script", "answers", "said", "told"),
    [
        ("one\n/nonsense\nnever", [reply_events("1")], ["one", "1"], "line 2"),
        ("one\n/model a b\nnever", [reply_events("1")], ["one", "1"], "line 2"),
        ("one\ntwo\nnever", [reply_events("1"), [CutOff("Cut off.")]], ["one", "1"], "line 2"),
        ("/delete x y", [], [], "line 1"),
    ],
)
def test_a_failure_ends_the_script_and_not_the_chat(
    script: str, answers: Sequence[Sequence[Step]], said: list[str], told: str
) -> None:
    chat = Chat(script, answers=answers)
    assert chat.said == said
    assert chat.told[-1] == ("notice", f"The script stopped at lines, {told}.")
    assert "error" in [kind for kind, _ in chat.told]
    assert len(chat.reader.prompts) == 2  # of /script, and of what came after


def test_a_stop_ends_it_and_hands_back_the_question() -> None:
    chat = Chat("one\nnever", answers=[[Hang()]], stops=1)
    assert chat.said == []
    assert chat.told[-1] == ("notice", "The script stopped at lines, line 1.")
    assert chat.prefills == ["", "one"]


def test_a_stop_between_two_short_lines_ends_it_too() -> None:
    chat = Chat("/rename one\n/rename two", stops=1)
    assert chat.session.conversation.title == "one"
    assert chat.told[-1] == ("notice", "The script stopped at lines, line 1.")


def test_a_script_that_does_not_come_can_be_stopped() -> None:
    chat = Chat("", path="silent", stops=1)
    assert chat.told[-1] == ("notice", "Stopped.")


def test_a_message_with_a_key_asks_the_user_and_not_the_script() -> None:
    key = "sk-ant-api03-" + "aB3" * 31 + "AA"
    for agrees in (False, True):
        chat = Chat(f"{key}\ny\n", agrees=[agrees], answers=2 * [reply_events("1")])
        assert len(chat.reader.questions) == 1
        assert chat.said == ([key, "1", "y", "1"] if agrees else [])
        assert (chat.prefills[1] == key) is not agrees


def test_a_script_does_not_run_a_script() -> None:
    chat = Chat("/script lines\nnever")
    assert ("error", "A script cannot run a script.") in chat.told
    assert chat.told[-1] == ("notice", "The script stopped at lines, line 1.")


def test_what_cannot_be_read_is_one_line() -> None:
    chat = Chat("", then=[Typed("/script gone"), Typed('/script "un'), Typed("/script a b")])
    errors = [text for kind, text in chat.told if kind == "error"]
    assert errors[0] == "The script 'gone' cannot be read."
    assert len(errors) == 3


def test_leaving_by_a_line_leaves_the_chat() -> None:
    assert Chat("/exit\nnever", then=[Typed("never")]).prefills == [""]


TAKEN = ImportResult("0123456789", "A talk", 2, 2, is_new=True)
TOLD = ("notice", "01234567  new  2  A talk")
LEFT_OUT = ImportResult("1123456789", "Open", 2, 0, is_new=False, problem="It is open.")


def imported(
    *steps: ImportResult | StreamchatError | None,
    stops_after: int = 0,
    line: str = "/import f",
    is_interrupted: bool = False,
) -> list[tuple[str, str]]:
    """What is told about an import that goes through these steps."""
    stops: list[Callable[[], None]] = []

    def import_file(path: str, _name: str) -> ImportSteps:
        assert path == "f"
        if is_interrupted:
            raise KeyboardInterrupt
        yield None
        for number, step in enumerate(steps, 1):
            if isinstance(step, NotFound):
                raise step
            if number == stops_after:
                stops[-1]()
            yield step

    screen = RecordingScreen()
    reader = ScriptedReader(iter([Typed(line), Key.END]), during=stops.append)
    repl = Repl(
        open_session(),
        ScriptedSource([]),
        reader,
        screen,
        lambda: 0.0,
        no_advice,
        names=command_names(),
        import_file=import_file,
    )
    asyncio.run(repl.run())
    assert screen.shown.pop(0) == ("notice", "Importing; Esc stops it.")
    return screen.shown


ODD = UsageError("f: element 2 is odd.")


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([TAKEN], [TOLD, ("notice", "1 imported.")]),
        (
            [TAKEN, ODD, LEFT_OUT],
            [
                TOLD,
                ("error", "f: element 2 is odd."),
                ("error", "Open: It is open."),
                ("notice", "1 imported, 1 left out."),
            ],
        ),
        ([], [("error", "f holds no conversation.")]),
        ([ODD], [("error", "f: element 2 is odd.")]),
        ([NotFound("f is not JSON.")], [("error", "f is not JSON.")]),
        (
            [TAKEN, NotFound("It ends here.")],
            [TOLD, ("error", "It ends here."), ("notice", "1 imported.")],
        ),
    ],
)
def test_an_import_says_what_goes_in_as_it_goes(
    steps: list[ImportResult | StreamchatError], told: list[object]
) -> None:
    assert imported(*steps) == told


def test_an_import_can_be_interrupted_while_it_reads_the_file() -> None:
    assert imported(TAKEN, is_interrupted=True) == [("notice", STOPPED)]


def test_of_an_import_that_is_stopped_what_went_in_stays() -> None:
    told = imported(TAKEN, LEFT_OUT, TAKEN, stops_after=2)
    left_out = ("error", "Open: It is open.")
    assert told == [
        TOLD,
        left_out,
        ("notice", "Stopped."),
        ("notice", "1 imported, 1 left out."),
    ]


def test_an_import_of_one_can_be_stopped_while_it_is_looked_for() -> None:
    told = imported(None, None, TAKEN, stops_after=1, line="/import f talk")
    assert told == [("notice", "Stopped.")]
    told = imported(None, ODD, line="/import f talk")
    assert told[1:] == [("error", "f holds no conversation 'talk'.")]
