"""Pastes: one message, whatever is in it, of whatever size, harmless on the screen."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from desk import Desk, desk, run
from prompt_toolkit.data_structures import Size

from streamchat.core.input_line import CommandNames, Say, parse_input
from streamchat.core.ports import Input, Pasted, Typed
from streamchat.core.sanitize import clean
from streamchat.prompt.pastes import MAX_CHARACTERS, MAX_LINES

CORPUS = Path(__file__).parent.parent / "data" / "escape_corpus.json"
OURS = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]|\r\n|\r")


def unsafe(written: str) -> list[str]:
    """What could drive a terminal besides prompt_toolkit's own sequences: the stretches
    that cleaning would change."""
    text = OURS.sub("", written)
    pairs = zip(text, clean(text), strict=True)
    return [repr(was) for was, would_be in pairs if was != would_be]


def test_many_lines_are_one_message_and_no_key_in_them_acts() -> None:
    with desk() as at:
        at.paste("one\r\ntwo\rthree\x03\x04\t/x\n")
        assert at.read("!\r") == Typed("one\ntwo\nthree\x03\x04\t/x\n!")
        assert at.screen() == ["❯ one", "  two", "  three␃␄ /x", "  !"]


def test_a_paste_of_controls_keeps_its_text_and_leaves_none_on_the_screen() -> None:
    hostile = "a\x1b]52;c;aGk=\x07\x9b31m\x7f\x08\u202eb\x1b[2Jc\U000e0041"
    with desk() as at:
        at.paste(hostile)
        assert at.read("\r") == Typed(hostile)
        assert unsafe(at.paper.getvalue()) == []
        assert at.screen() == ["❯ a␛]52;c;aGk=␇�31m␡␈�b␛[2Jc�"]


def test_no_payload_of_the_corpus_reaches_the_terminal() -> None:
    payloads = [_payload(entry) for entry in json.loads(CORPUS.read_text())]
    small = [text for text in payloads if len(text) < 500]
    assert len(small) > 80
    with desk(size=Size(rows=100, columns=500)) as at:
        for text in small:
            at.paste(text.replace("\x1b[201~", ""))
            at.read(".\r")
        assert unsafe(at.paper.getvalue()) == []


def _payload(entry: dict[str, str]) -> str:
    text = entry.get("payload") or entry.get("text") or ""
    return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("line\n" * MAX_LINES, f"[pasted {MAX_LINES + 1} lines]"),
        ("x" * (MAX_CHARACTERS + 1), "[pasted 20,001 characters]"),
    ],
)
def test_a_large_paste_is_shown_by_its_size_and_sent_whole(text: str, label: str) -> None:
    with desk() as at:

        async def pasted() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("see ")
            await asyncio.to_thread(at.paste, text)
            at.type(" end\r")
            return await reading

        assert run(pasted()) == Typed(f"see {text} end")
        assert at.screen() == [f"❯ see {label} end"]


def test_a_large_paste_is_one_character_to_the_keys() -> None:
    text = "line\n" * MAX_LINES
    with desk() as at:
        at.paste(text)
        assert at.read("\x7fgone\r") == Typed("gone")
        at.paste(text)
        assert at.read("\x1b[D>\x1b[C<\r") == Typed(f">{text}<")


def test_the_cursor_stands_behind_what_is_shown() -> None:
    with desk() as at:

        async def columns() -> list[int]:
            reading = asyncio.ensure_future(at.prompt.read())
            at.paste("\tab")
            await at.sees("ab")
            found = [at.terminal().cursor.x]
            at.paste("line\n" * MAX_LINES)
            await at.sees("lines]")
            found.append(at.terminal().cursor.x)
            at.type("\r")
            await reading
            return found

        assert run(columns()) == [8, 8 + len("[pasted 201 lines]")]


def test_ctrl_x_ctrl_p_unfolds_a_large_paste() -> None:
    text = "line\n" * MAX_LINES
    with desk() as at:

        async def unfolded() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.paste(text)
            at.type("end\x18\x10")
            await at.sees("  end")
            at.type("!\r")
            return await reading

        assert run(unfolded()) == Typed(f"{text}end!")


def test_a_large_prefill_is_folded_too() -> None:
    text = "line\n" * MAX_LINES
    with desk() as at:
        assert at.read("!\r", prefill=text) == Typed(f"{text}!")


def test_a_paste_into_the_search_is_on_one_line() -> None:
    with desk() as at:
        at.read("other entries\r")
        at.read("some entry\r")
        at.type("\x12")
        at.paste("ent\nry\x07")
        at.type("\x7f")  # the bell, made visible
        assert at.read("\r\r") == Typed("some entry")
        assert unsafe(at.paper.getvalue()) == []


def test_bytes_that_are_no_text_become_replacement_characters() -> None:
    with desk() as at:
        at.keys.send_bytes(b"\xff\x80a\r")
        assert at.read() == Typed("\ufffd\ufffda")


def gives(pasted: Pasted) -> Callable[[], Awaitable[Pasted]]:
    async def paste() -> Pasted:
        return pasted

    return paste


def test_ctrl_v_inserts_a_text_as_a_paste_does() -> None:
    async def session(at: Desk) -> Input:
        reading = asyncio.create_task(at.prompt.read())
        at.type("see \x16")
        await at.sees("two")
        at.type("\r")
        return await reading

    with desk(paste=gives(Pasted("@one.txt\r\n/help two\x03"))) as at:
        typed = run(session(at))
    assert isinstance(typed, Typed)
    said = parse_input(typed.text, CommandNames(()))
    assert said == Say("see @one.txt\n/help two\x03")  # and no file of that name goes along


def test_ctrl_v_says_what_happened_to_an_image() -> None:
    async def session(at: Desk) -> Input:
        reading = asyncio.create_task(at.prompt.read())
        at.type("\x16")
        await at.sees("Attached clipboard.png")
        at.type("what?\r")
        return await reading

    with desk(paste=gives(Pasted(line="Attached clipboard.png"))) as at:
        assert run(session(at)) == Typed("what?")
