"""What the program asks by itself is in the file together with its answer, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from disks import open_store
from fakes import (
    MODEL,
    Hang,
    RecordingScreen,
    ScriptedReader,
    ScriptedSource,
    Step,
    no_advice,
    open_session,
    partial_events,
    reply_events,
)
from streamchat.app.checkpoints import CHECKPOINT_BYTES
from streamchat.app.repl import Repl
from streamchat.app.session import Session
from streamchat.core.conversation import Conversation
from streamchat.core.errors import CutOff
from streamchat.core.ports import Key, Typed

SIGNAL = Hang(lambda: None)
CUT = [*partial_events("Once upon"), CutOff("Gone.")]


def session_at(directory: Path) -> Session:
    session = open_session()
    session.archive = open_store(directory)
    session.conversation, session.journal = session.archive.start(MODEL, None)
    session.budget.price = lambda _model, _usage: 0.25
    return session


def play(session: Session, lines: Sequence[str], answers: list[Sequence[Step]]) -> None:
    """Type the lines, and leave; SIGNAL in an answer ends the program there."""

    tasks: list[asyncio.Task[None]] = []
    signal = Hang(lambda: tasks[0].cancel() and None)
    scripts = [[signal if step is SIGNAL else step for step in answer] for answer in answers]
    reader = ScriptedReader(iter([*map(Typed, lines), Key.END]))
    source = ScriptedSource(list(scripts))
    repl = Repl(session, source, reader, RecordingScreen(), lambda: 0.0, no_advice)

    async def run() -> None:
        tasks.append(asyncio.create_task(repl.run()))
        await asyncio.wait(tasks)

    asyncio.run(run())


def on_disk(directory: Path) -> Conversation:
    (path,) = directory.glob("*.jsonl")
    opened = open_store(directory).read(str(path))
    assert opened.damage == ()
    return opened.conversation


def texts(conversation: Conversation) -> list[str]:
    return [turn.message.text for turn in conversation.path]


def all_texts(conversation: Conversation) -> list[str]:
    return [turn.message.text for turn in conversation.turns]


def test_a_summary_is_all_that_a_compaction_leaves(tmp_path: Path) -> None:
    session = session_at(tmp_path)
    play(session, ["talk", "/compact"], [reply_events("yes"), reply_events("Sum.")])
    saved = on_disk(tmp_path)
    summary = "This is a summary of our conversation so far:\n\nSum."
    assert all_texts(saved) == ["talk", "yes", summary]
    assert texts(saved) == [summary]
    assert saved.cost_usd == 0.5


@pytest.mark.parametrize("arrived", [0, 10, 3 * CHECKPOINT_BYTES])
def test_a_compaction_that_is_ended_by_a_signal_leaves_nothing(
    arrived: int, tmp_path: Path
) -> None:
    session = session_at(tmp_path)
    pieces = ["x" * 100] * (arrived // 100) or ["x"] * arrived
    answer: list[Step] = [*partial_events(*pieces), SIGNAL]
    play(session, ["talk", "/compact"], [reply_events("yes"), answer])
    saved = on_disk(tmp_path)
    assert all_texts(saved) == texts(saved) == ["talk", "yes"]
    assert [m.text for m in saved.request_messages()] == ["talk", "yes"]
    assert saved.cost_usd == 0.5  # what it cost counts all the same


def test_a_continuation_is_in_the_file_with_its_answer(tmp_path: Path) -> None:
    session = session_at(tmp_path)
    play(session, ["tell me", "/continue"], [CUT, reply_events(" a time.")])
    saved = on_disk(tmp_path)
    first, cut, question, rest = texts(saved)
    assert (first, cut, rest) == ("tell me", "Once upon", " a time.")
    assert "Once upon" in question
    assert saved.last_question is not None
    assert saved.last_question.message.text == "tell me"


def test_a_continuation_without_an_answer_is_not_in_the_file(tmp_path: Path) -> None:
    session = session_at(tmp_path)
    play(session, ["tell me", "/continue"], [CUT, [SIGNAL]])
    assert all_texts(on_disk(tmp_path)) == ["tell me", "Once upon"]


def test_what_arrived_of_a_continuation_is_kept_and_can_be_continued(tmp_path: Path) -> None:
    session = session_at(tmp_path)
    pieces = ["y" * 100] * (CHECKPOINT_BYTES // 100 + 1)
    answer: list[Step] = [*partial_events(*pieces), SIGNAL]
    play(session, ["tell me", "/continue"], [CUT, answer])
    saved = on_disk(tmp_path)
    assert [len(text) for text in texts(saved)][::3] == [7, len("".join(pieces))]
    assert len(saved.turns) == 4
    assert saved.last_question is not None
    assert saved.last_question.message.text == "tell me"
