"""/copy and /open: what is taken out of the last answer, and what is said of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from fakes import RecordingScreen, ScriptedReader, ScriptedSource, open_session, reply_events
from streamchat.app.commands.last_answer import format_copied
from streamchat.app.repl import Repl
from streamchat.core.errors import UsageError
from streamchat.core.ports import Copied, CopiedTo, Key, Typed

ANSWER = "# Two\n\n- ```py title=x\n  one()\n  ```\n\n~~~\ntwo\n~~~\n"


@dataclass
class Chat:
    """The lines of a chat in which the model gives one answer."""

    answer: str
    shown: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)

    def say(self, *lines: str) -> None:
        screen = RecordingScreen(shown=self.shown)
        repl = Repl(
            open_session(),
            ScriptedSource([reply_events(self.answer)]),
            ScriptedReader(iter([*map(Typed, lines), Key.END])),
            screen,
            lambda: 0.0,
            self._advice,
            open_in_editor=self._open,
        )
        asyncio.run(repl.run())

    async def _advice(self, _model: str) -> str:
        return ""

    async def _open(self, text: str, name: str) -> str:
        if name.endswith(".fails"):
            raise UsageError("No editor was found.")
        self.files.append((name, text))
        return f"/tmp/x/{name}"


def test_the_last_answer_is_copied_or_a_code_block_of_it() -> None:
    chat = Chat(ANSWER)
    chat.say("/copy", "a", "/copy", "/copy 1", "/copy 2", "/copy 3", "/copy x")
    assert chat.shown == [
        ("notice", "There is no answer yet."),
        ("copied", ANSWER),
        ("notice", "The answer is on the clipboard (xclip)."),
        ("copied", "one()\n"),
        ("notice", "Code block 1 of 2 is on the clipboard (xclip)."),
        ("copied", "two\n"),
        ("notice", "Code block 2 of 2 is on the clipboard (xclip)."),
        ("error", "The last answer has 2 code blocks."),
        ("error", "Give a whole number, 1 or more, not 'x'."),
    ]


@pytest.mark.parametrize(
    ("copied", "said"),
    [
        (Copied(CopiedTo.SYSTEM, "wl-copy"), "It is on the clipboard (wl-copy)."),
        (
            Copied(CopiedTo.TMUX),
            "It is in tmux's buffer. tmux also sent it to the terminal (OSC 52); not every"
            " terminal accepts it.",
        ),
        (
            Copied(CopiedTo.TMUX, "xsel"),
            "It is on the clipboard (xsel) and in tmux's buffer.",
        ),
        (
            Copied(CopiedTo.TERMINAL),
            "It was sent to the terminal (OSC 52); not every terminal accepts it.",
        ),
        (
            None,
            "Not copied: no clipboard program was found, and this terminal has none.",
        ),
    ],
)
def test_no_more_is_said_than_is_known(copied: Copied | None, said: str) -> None:
    assert format_copied("It", copied) == said


def test_the_answer_or_a_code_block_is_opened_in_the_editor() -> None:
    chat = Chat(ANSWER)
    chat.say("/open", "a", "/open", "/open 1", "/open 2", "/open 3")
    assert chat.files == [
        ("answer.md", ANSWER),
        ("block-1.py", "one()\n"),
        ("block-2.txt", "two\n"),
    ]
    kept = "until you leave; save it elsewhere to keep it."
    assert chat.shown == [
        ("notice", "There is no answer yet."),
        ("notice", f"It is in /tmp/x/answer.md {kept}"),
        ("notice", f"It is in /tmp/x/block-1.py {kept}"),
        ("notice", f"It is in /tmp/x/block-2.txt {kept}"),
        ("error", "The last answer has 2 code blocks."),
    ]


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ("Python", "block-1.py"),
        ("tsx", "block-1.tsx"),
        ("", "block-1.txt"),
        ("../../.bashrc", "block-1.txt"),
        ("a/b", "block-1.txt"),
        ("x" * 300, "block-1.txt"),
        ("naïve", "block-1.txt"),
    ],
)
def test_no_answer_chooses_where_the_file_is(info: str, name: str) -> None:
    chat = Chat(f"```{info}\nx\n```\n")
    chat.say("a", "/open 1")
    assert chat.files == [(name, "x\n")]


def test_an_editor_that_fails_is_reported() -> None:
    chat = Chat("```fails\nx\n```\n")
    chat.say("a", "/open 1")
    assert (chat.files, chat.shown) == ([], [("error", "No editor was found.")])
