"""Each key of the prompt, typed at it, and the screen it leaves."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from desk import desk, run
from prompt_toolkit.data_structures import Size

from loop_time import LoopClock, leaping_time
from streamchat.core.keymap import build_keymap
from streamchat.core.ports import Input, Key, Typed
from streamchat.prompt import PromptLook
from streamchat.prompt.editor import edit_aside

ALT_ENTER, CTRL_J, ESC, UP, RIGHT = "\x1b\r", "\n", "\x1b", "\x1b[A", "\x1b[C"
DOWN = "\x1b[B"


def test_enter_sends_and_the_text_stays_on_the_screen() -> None:
    with desk() as at:
        assert at.read("hello world\r") == Typed("hello world")
        assert at.screen() == ["❯ hello world"]


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("\n".join(f"line {number}" for number in range(25)), 25),  # a window has ten
        ("word " * 100 + "end", 14),
        ("日本" * 100, 11),
        ("\t\x07" + "x" * 400, 11),
    ],
)
def test_a_message_taller_than_the_window_stays_whole(typed: str, rows: int) -> None:
    with desk() as at:
        at.paste(typed)
        assert at.read("\r") == Typed(typed)
        whole = at.whole()
        assert len(whole) == rows
        assert whole[0].startswith("❯ ")
        assert all(row.startswith("  ") for row in whole[1:])
        letters = "".join("".join(whole).removeprefix("❯").split())
        assert letters == "".join(typed.replace("\x07", "␇").split())


@pytest.mark.parametrize("new_line", [ALT_ENTER, CTRL_J, "\\\r"])
def test_keys_for_a_new_line(new_line: str) -> None:
    with desk() as at:
        assert at.read(f"one{new_line}two\r") == Typed("one\ntwo")
        assert at.screen() == ["❯ one", "  two"]


def test_two_backslashes_are_one_and_send() -> None:
    with desk() as at:
        assert at.read("a\\\\\r") == Typed("a\\\\")


def test_a_backslash_before_the_cursor_but_not_at_the_end_sends() -> None:
    with desk() as at:
        assert at.read("a\\b\x1b[D\r") == Typed("a\\b")


def test_three_quotes_hold_enter_back_until_they_are_closed() -> None:
    with desk() as at:
        assert at.read('"""\rone\r\r/two\r"""\r') == Typed("one\n\n/two")
        assert at.screen() == ['❯ """', "  one", "", "  /two", '  """']


def test_enter_sends_from_any_place_in_the_text() -> None:
    with desk() as at:
        assert at.read(f"one{CTRL_J}two{UP}\r") == Typed("one\ntwo")


def test_what_was_typed_ahead_goes_to_the_next_prompts() -> None:
    with desk() as at:
        at.type("one\rtwo\rthr")
        assert at.read() == Typed("one")
        assert at.read() == Typed("two")
        assert at.read("ee\r") == Typed("three")


def test_ctrl_c_clears_the_line_and_says_so_on_an_empty_one() -> None:
    with desk() as at:
        assert at.read(f"one{CTRL_J}two\x03three\r") == Typed("three")
        assert at.screen() == ["❯ three"]
        assert at.read("\x03") == Key.INTERRUPT


def test_what_is_typed_over_a_hint_makes_ctrl_c_only_hint_again() -> None:
    with desk() as at:

        async def interrupted() -> Input:
            reading = asyncio.ensure_future(at.prompt.read(hint="Ctrl-C again to exit"))
            at.type("abc\x03")
            await at.paper.until(lambda: at.screen() == ["❯"])
            at.type("\x03")
            await at.sees("Ctrl-C again to exit")
            at.type("x\x03\x03y\r")
            return await reading

        assert run(interrupted()) == Typed("y")
        assert at.read("abc\x03\x03\x03", hint="Ctrl-C again to exit") == Key.INTERRUPT


def test_an_interrupt_leaves_no_prompt_behind() -> None:
    with desk() as at:
        assert at.read("\x03") == Key.INTERRUPT
        assert at.screen() == []
        assert at.read("x\r") == Typed("x")
        assert at.screen() == ["❯ x"]


def test_sigint_from_outside_is_ctrl_c_and_the_old_handler_comes_back() -> None:
    with desk() as at:

        async def interrupted() -> Input:
            before = signal.getsignal(signal.SIGINT)
            reading = asyncio.ensure_future(at.prompt.read(prefill="draft"))
            await at.sees("draft")
            os.kill(os.getpid(), signal.SIGINT)
            await at.paper.until(lambda: at.screen() == ["❯"])
            os.kill(os.getpid(), signal.SIGINT)
            typed = await reading
            assert signal.getsignal(signal.SIGINT) == before
            return typed

        assert run(interrupted()) == Key.INTERRUPT


def test_sigint_in_a_search_clears_the_line_too() -> None:
    with desk() as at:
        at.read("old entry\r")

        async def interrupted() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("\x12old")
            await at.sees("history: old")
            os.kill(os.getpid(), signal.SIGINT)
            await at.paper.until(lambda: at.screen()[-1] == "❯")
            at.type("new\r")
            return await reading

        assert run(interrupted()) == Typed("new")


def test_ctrl_d_ends_only_an_empty_line() -> None:
    with desk() as at:
        assert at.read("ab\x01\x04\r") == Typed("b")
        assert at.read("\x04") == Key.END


def test_a_terminal_that_is_gone_is_the_end() -> None:
    with desk() as at:
        at.keys.close()
        assert at.read() == Key.END


def test_esc_twice_on_an_empty_line_asks_for_the_previous_message() -> None:
    with desk() as at:
        assert at.read(ESC + ESC) == Key.EDIT_PREVIOUS
        assert at.screen() == []
        assert at.read(f"a{ESC}{ESC}\x03b\r") == Typed("b")


def test_up_recalls_what_began_alike() -> None:
    with desk() as at:
        for line in ("first one", "second", "first two"):
            at.read(line + "\r")
        assert at.read(f"first{UP}{UP}\r") == Typed("first one")


def test_ctrl_r_searches() -> None:
    with desk() as at:
        for line in ("where is the KEY", "/model", "other"):
            at.read(line + "\r")
        assert at.read("\x12key\r\r") == Typed("where is the KEY")


def test_slash_lines_are_recalled_and_lines_after_a_blank_are_not() -> None:
    with desk() as at:
        for line in ("/model x", " secret"):
            at.read(line + "\r")
        assert at.read(f"{UP}\r") == Typed("/model x")


def test_right_takes_the_suggestion_from_history() -> None:
    with desk() as at:
        at.read("tell me more\r")

        async def suggested() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("tell")
            await at.paper.until(lambda: at.screen() == ["❯ tell me more"] * 2)
            at.type(f"{RIGHT}!\r")
            return await reading

        assert run(suggested()) == Typed("tell me more!")


def test_a_suggestion_not_taken_is_not_sent_and_leaves_the_screen() -> None:
    with desk() as at:
        at.read("tell me more\r")

        async def refused() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("tell")
            await at.paper.until(lambda: at.screen() == ["❯ tell me more"] * 2)
            at.type("\r")
            return await reading

        assert run(refused()) == Typed("tell")
        assert at.screen()[-1] == "❯ tell"


def test_ctrl_l_clears_the_screen_and_keeps_what_was_on_it_above() -> None:
    with desk() as at:
        at.read("old\r")

        async def redrawn() -> None:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("new\x0c")
            await at.paper.until(lambda: at.screen() == ["❯ new"])
            at.type("\r")
            await reading

        run(redrawn())
        above = [
            "".join(row[column].data for column in range(at.size.columns)).rstrip()
            for row in at.terminal().history.top
        ]
        assert above == ["❯ old"]  # and no copy of what is still typed
        assert "\x1b[3J" not in at.paper.getvalue()


def test_a_prefill_is_edited_and_a_hint_is_gone_when_something_is_typed() -> None:
    with desk() as at:
        assert at.read("!\r", prefill="again") == Typed("again!")

        async def hinted() -> list[str]:
            reading = asyncio.ensure_future(at.prompt.read(hint="ctrl-c again to exit"))
            await at.sees("❯ ctrl-c again to exit")
            at.type("x\r")
            await reading
            return at.screen()

        assert run(hinted()) == ["❯ again!", "❯ x"]


def test_the_hint_does_not_stay_when_the_prompt_is_left() -> None:
    with desk() as at:
        at.read("\x04", hint="ctrl-c again to exit")
        assert at.screen() == ["❯"]


def test_ready_is_told_once_when_the_prompt_is_on_the_screen() -> None:
    seen: list[list[str]] = []
    with desk(on_ready=lambda: seen.append(at.screen())) as at:
        at.read("a\r")
        at.read("b\r")
    assert seen == [["❯"]]


def test_vi_mode() -> None:
    with desk(keymap=build_keymap(is_vi=True)) as at:
        assert at.read(f"hello{ESC}x0x\r") == Typed("ell")


def test_plain_sign_and_no_colour() -> None:
    with desk(look=PromptLook(unicode=False, colour=False, marks=False)) as at:
        at.read("ab\r")
        assert at.screen() == ["> ab"]
        assert "\x1b[0;3" not in at.paper.getvalue()


def test_marks_lie_round_prompt_and_output() -> None:
    with desk(look=PromptLook()) as at:
        at.read("a\r")
        at.read("\x04")
        written = at.paper.getvalue()
    order = [written.find(f"\x1b]133;{mark}") for mark in ("A", "B", "C", "D")]
    assert order == sorted(order)
    assert min(order) >= 0
    assert written.count("\x1b]133;C") == written.count("\x1b]133;D") == 1


def test_a_cancelled_prompt_lets_the_terminal_go() -> None:
    with desk() as at:

        async def cancelled() -> None:
            reading = asyncio.ensure_future(at.prompt.read(prefill="draft"))
            await at.sees("draft")
            reading.cancel()
            await asyncio.wait([reading])
            assert reading.cancelled()

        run(cancelled())
        written = at.paper.getvalue()
        assert written.rfind("\x1b[?2004l") > written.rfind("\x1b[?2004h")
        assert written.rfind("\x1b[?7h") > written.rfind("\x1b[?7l")
        assert at.terminal().cursor.y == 1


def test_tab_is_four_blanks_outside_commands() -> None:
    with desk() as at:
        assert at.read("if x:\n\ty\r") == Typed("if x:\n    y")


@pytest.mark.parametrize("keys", ["\x18\x05", "\x07"])
def test_the_editor_gets_the_text_and_gives_it_back(tmp_path: Path, keys: str) -> None:
    editor = tmp_path / "an editor"
    editor.write_text(
        '#!/bin/sh\nstat -c %a "$2" > "$1.mode"\ncat "$2" > "$1"\necho new > "$2"'
    )
    editor.chmod(0o700)
    copy = tmp_path / "copy"
    environ = {"EDITOR": f"'{editor}' {copy}", "PATH": os.environ["PATH"]}
    with desk(environ=environ) as at:

        async def edited() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type(f"one\ntwo{keys}")
            await at.sees("❯ new")
            at.type("!\r")
            return await reading

        assert run(edited()) == Typed("new!")
    assert copy.read_text() == "one\ntwo"
    assert copy.with_suffix(".mode").read_text() == "600\n"


@pytest.mark.parametrize("keys", ["\x18\x05", "\x07"])
def test_keys_typed_at_once_behind_the_editor_key_wait_and_send_nothing(
    tmp_path: Path, keys: str
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho new > "$1"')
    editor.chmod(0o700)
    with desk(environ={"EDITOR": str(editor), "PATH": os.environ["PATH"]}) as at:

        async def edited() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type(f"old{keys}bell\r")
            await at.sees("  bell")
            at.type("!\r")
            return await reading

        assert run(edited()) == Typed("new\nbell!")
        assert at.screen() == ["❯ new", "  bell!"]


@pytest.mark.parametrize(
    ("editor", "told"),
    [
        ("false", "false ended with status 1;"),
        ("/no/editor", "/no/editor cannot be started: N"),
        ("'vi", "$VISUAL has an unbalanced quote: 'vi"),
        ("sh -c 'kill -TERM $$'", "sh was ended by SIGTERM."),
        ("sh -c 'rm $0; mkfifo $0'", "The editor has no file to edit: it is a"),
    ],
)
def test_a_failing_editor_changes_nothing_and_says_why(editor: str, told: str) -> None:
    with desk(environ={"VISUAL": editor, "PATH": os.environ["PATH"]}) as at:

        async def failed() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("text\x07")
            await at.paper.until(lambda: any(row.startswith(told) for row in at.screen()))
            at.type("\r")
            return await reading

        assert run(failed()) == Typed("text")


def editor_that(tmp_path: Path, does: str) -> dict[str, str]:
    """An environment whose editor writes and then does something."""
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\necho 'much work' > $1\n{does}\n")
    editor.chmod(0o700)
    return {"EDITOR": str(editor), "PATH": os.environ["PATH"]}


def test_an_editor_that_is_stopped_does_not_outlive_the_program(tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    environ = editor_that(tmp_path, f"echo $$ > {started}\nkill -STOP $$")

    async def ends() -> int:
        editing = asyncio.ensure_future(edit_aside("text", environ, 0))
        process = int(await asyncio.to_thread(started.read_text))
        editing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await editing
        return process

    with pytest.raises(ProcessLookupError):
        os.kill(run(ends()), 0)


def test_what_an_editor_gave_up_is_one_up_away(tmp_path: Path) -> None:
    with desk(environ=editor_that(tmp_path, "exit 3"), size=Size(10, 200)) as at:

        async def given_up() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("draft\x07")
            await at.sees("ended with status 3; the draft is as it was. What it left is one Up")
            await at.sees("❯ draft")
            at.type(f"{UP}!\r")
            return await reading

        assert run(given_up()) == Typed("much work!")


def test_what_a_killed_editor_had_written_comes_back(tmp_path: Path) -> None:
    with desk(environ=editor_that(tmp_path, "kill -KILL $$"), size=Size(10, 200)) as at:

        async def killed() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("draft\x07")
            await at.sees("was ended by SIGKILL.")
            await at.sees("❯ much work")
            at.type("!\r")
            return await reading

        assert run(killed()) == Typed("much work!")


def test_no_editor_is_told(tmp_path: Path) -> None:
    with desk(environ={"PATH": str(tmp_path)}) as at:

        async def none() -> Input:
            reading = asyncio.ensure_future(at.prompt.read())
            at.type("\x07")
            await at.sees("No editor was found.")
            at.type("x\r")
            return await reading

        assert run(none()) == Typed("x")


def test_ctrl_o_shows_something_above_the_line_and_keeps_it() -> None:
    shown: list[str] = []

    def unfold() -> None:
        shown.append("thinking")
        at.paper.write("thinking\r\n")

    with desk(unfold=unfold) as at:

        async def unfolded() -> Input:
            reading = asyncio.create_task(at.prompt.read())
            at.type("half\x0f")
            await at.paper.until(lambda: bool(shown))
            at.type(" done\r")
            return await reading

        assert run(unfolded()) == Typed("half done")
        assert at.screen()[-2:] == ["thinking", "❯ half done"]


@pytest.mark.parametrize(
    "noise",
    [
        "\0",
        "\x1b[M(!!",
        "\x1b[<0;3;3M",
        "\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
        "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
        "\x1b[?62;22c",
        "\x1b[?2026;2$y",
        "\x1b[I\x1b[O",
        "\x1b[12;40R",
        "\x1b[57441;2u",
        "\x1bq",
        "\x1b[200;5~",
    ],
    ids=repr,
)
def test_what_means_nothing_types_nothing_and_takes_nothing(noise: str) -> None:
    with desk() as at:
        assert at.read(f"a{noise}b\r") == Typed("ab")


@pytest.mark.parametrize(
    "new_line", ["\x1b\r", "\x1b[13;2u", "\x1b[13;5u", "\x1b[27;2;13~", "\x1b[27;5;13~", "\n"]
)
def test_a_new_line_in_every_encoding(new_line: str) -> None:
    with desk() as at:
        assert at.read(f"a{new_line}b\r") == Typed("a\nb")


def test_an_esc_is_a_key_by_itself_and_what_comes_later_is_typed() -> None:
    async def typed() -> Input:
        reading = asyncio.ensure_future(at.prompt.read())
        at.type(ESC)
        await asyncio.sleep(0.3)
        at.type("code\r")
        return await reading

    clock = LoopClock()
    clock.waits.set()
    with desk() as at, leaping_time(clock):
        assert run(typed()) == Typed("code")


@pytest.mark.parametrize(("pause", "found"), [(0.4, True), (0.7, False)])
def test_esc_esc_has_a_clock_of_its_own(pause: float, found: bool) -> None:
    clock = LoopClock()
    clock.waits.set()

    async def typed() -> Input:
        reading = asyncio.ensure_future(at.prompt.read())
        at.type(ESC)
        await asyncio.sleep(pause)
        at.type(ESC)
        await asyncio.sleep(0.2)
        at.type("x\r")
        return await reading

    with desk(clock=clock.time) as at, leaping_time(clock):
        assert run(typed()) == (Key.EDIT_PREVIOUS if found else Typed("x"))


def test_lines_that_a_terminal_pasted_without_marks_are_one_message() -> None:
    async def pasted() -> Input:
        reading = asyncio.ensure_future(at.prompt.read())
        at.type("one")
        await at.sees("one")
        at.type("\rtwo\rthree")
        await at.sees("three")
        at.type("\r")
        return await reading

    with desk() as at:
        assert run(pasted()) == Typed("one\ntwo\nthree")


def test_lines_that_were_typed_ahead_are_as_many_messages() -> None:
    with desk() as at:
        at.type("one\rtwo\r")
        assert [at.read(), at.read()] == [Typed("one"), Typed("two")]


def test_up_searches_by_what_was_typed_and_brings_it_back() -> None:
    with desk() as at:
        for line in ("alpha one", "beta", "alpha two", "gamma"):
            at.read(f"{line}\r")
        assert at.read(f"alpha{UP}{UP}\r") == Typed("alpha one")
        assert at.read(f"alpha{UP}{UP}{DOWN}{DOWN}{DOWN}\r") == Typed("alpha")
        assert at.read(f"zeta{UP}\r") == Typed("zeta")


def test_up_from_a_text_that_was_handed_back_recalls_everything() -> None:
    with desk() as at:
        at.read("alpha\r")
        at.read("beta\r")
        assert at.read(f"{UP}{UP}\r", prefill="draft") == Typed("alpha")
        assert at.read(f"{UP}{DOWN}\r", prefill="draft") == Typed("draft")
