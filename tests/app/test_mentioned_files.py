"""`@path` in a typed message: the file goes with it, or the line comes back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_repl import Dialogue

from fakes import reply_events
from streamchat.attachments import ReferenceScope, names_files, names_pipe, select_files
from streamchat.core.attachment_blocks import Selection
from streamchat.core.input_line import VERBATIM
from streamchat.core.ports import Key


def dialogue(root: Path, *typed: str, agrees: bool = True) -> Dialogue:
    made = Dialogue(Key.END)
    made.session.select_files = lambda text: select_files(text, ReferenceScope(root))
    made.session.names_files = lambda reference: names_files(reference, cwd=root)
    made.session.names_pipe = lambda text: names_pipe(text, cwd=root)
    made.again(*typed, Key.END, answers=[reply_events("ok")], agrees=agrees)
    return made


def sent(made: Dialogue) -> list[str]:
    """The titles of what was sent, and the text."""
    [request] = made.source.requests
    return [str(b.get("title") or b.get("text")) for b in request.messages[-1].content]


def test_the_files_go_before_the_text_each_once(tmp_path: Path) -> None:
    (tmp_path / "my a.txt").write_text("one")
    (tmp_path / "b.txt").write_text("two")
    text = 'compare @"my a.txt" with @b.txt, and @b.txt with @nothing'
    made = dialogue(tmp_path, text)
    assert sent(made) == ["my a.txt", "b.txt", text]
    assert made.screen.shown[0] == (
        "notice",
        "Attached:\n1. my a.txt (text, 3 B, about 1 token)\n"
        "2. b.txt (text, 3 B, about 1 token)\nTogether 2 attachments, 6 B, about 2 tokens",
    )
    assert made.session.attached == ()


@pytest.mark.parametrize(
    "text", ["see @b.txt @*.txt", "see @*.txt @./b.txt @d/../b.txt", "see @ln"]
)
def test_a_file_that_has_several_names_goes_once(text: str, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "b.txt").write_text("two")
    (tmp_path / "ln").symlink_to("b.txt")
    made = dialogue(tmp_path, "/attach b.txt", "/attach *.txt b.txt", text)
    assert len(sent(made)) == 2


def test_a_file_that_changed_meanwhile_goes_again(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("two")
    made = dialogue(tmp_path)
    made.session.attach(made.session.select_files("b.txt").blocks)
    (tmp_path / "b.txt").write_text("three")
    made.again("see @b.txt", Key.END, answers=[reply_events("ok")])
    assert sent(made) == ["b.txt", "b.txt", "see @b.txt"]


def test_what_is_data_attaches_nothing(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("two")
    assert sent(dialogue(tmp_path, f"{VERBATIM}see @b.txt")) == ["see @b.txt"]


def test_what_looks_like_a_file_and_is_none_is_said(tmp_path: Path) -> None:
    made = dialogue(tmp_path, "see @raport.md, @d/x and @anna")
    assert made.screen.shown[0] == (
        "notice",
        "Sent as text, as there is no such file: @raport.md, @d/x.",
    )


def test_a_glob_and_a_directory_are_their_files(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/b.txt").write_text("two")
    assert sent(dialogue(tmp_path, "see @d")) == ["d/b.txt", "see @d"]
    assert sent(dialogue(tmp_path, "see @**/*.txt")) == ["d/b.txt", "see @**/*.txt"]
    assert sent(dialogue(tmp_path, "see @*.rs")) == ["see @*.rs"]


def test_a_line_whose_file_cannot_be_sent_comes_back(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    made = dialogue(tmp_path, "see @a.zip")
    assert made.source.requests == []
    assert made.screen.shown == [
        ("error", "a.zip is a ZIP archive: unpack it and attach its files.")
    ]
    assert made.reader.prompts[-1] == ("see @a.zip", "")


@pytest.mark.parametrize("agrees", [True, False])
def test_many_files_are_asked_about(tmp_path: Path, *, agrees: bool) -> None:
    (tmp_path / "d").mkdir()
    for at in range(101):
        (tmp_path / f"d/{at}").write_text("x")
    made = dialogue(tmp_path, "see @d", agrees=agrees)
    assert made.reader.questions == ["Attach 101 files?"]
    assert len(made.source.requests) == (1 if agrees else 0)
    assert made.reader.prompts[-1][0] == ("" if agrees else "see @d")


def test_a_pipe_and_an_address_say_that_they_are_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    made = dialogue(tmp_path)
    chosen = Selection(({"type": "document", "title": "it"},))
    made.session.select_files = lambda _text: chosen
    made.again("see @pipe and @https://a.example/b", Key.END, answers=[reply_events("ok")])
    waits = [text for kind, text in made.screen.shown if kind == "notice"][:2]
    assert waits == ["Reading the pipe; Esc stops it.", "Fetching; Esc stops it."]


def test_a_question_that_failed_keeps_its_files(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("two")
    made = Dialogue(Key.END)
    made.session.names_files = lambda _reference: True
    made.session.select_files = lambda text: Selection(({"type": "document", "title": text},))
    made.again("see @b", "see it", Key.END, answers=[[], reply_events("ok")])
    [first, second] = made.source.requests
    assert first.messages[-1].content[0] == second.messages[-1].content[0]
