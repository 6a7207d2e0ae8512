"""`outputs`: what programs read, whole."""

import io
import json

from fakes import MODEL, RecordingView, partial_events, reply_events
from streamchat.app.json_lines import format_error
from streamchat.app.output_formats import (
    FirstCodeBlock,
    JsonResult,
    JsonStream,
    RawEvents,
    VerbatimText,
)
from streamchat.app.stderr_notes import Notes
from streamchat.app.view_wrappers import NotesBelow, OnceStarted, OnlyTheAnswer, SayingRetries
from streamchat.core.errors import ConfigError, TryLater
from streamchat.core.events import (
    Event,
    Finished,
    ModelSwitched,
    RawEvent,
    Retrying,
    TextDelta,
    ThinkingDelta,
)
from streamchat.core.messages import Message
from streamchat.core.ports import Ending, View


def shown(view: View, out: io.StringIO, events: list[Event], message: Message | None) -> str:
    for event in events:
        view.feed(event)
    view.close(Ending.COMPLETE, message, 1.25)
    return out.getvalue()


class Flushed(io.StringIO):
    """Knows what had been flushed at each moment."""

    out = ""

    def flush(self) -> None:
        self.out = self.getvalue()


def test_text_is_verbatim_out_at_once_and_ends_in_one_newline() -> None:
    out = Flushed()
    view = VerbatimText(out)
    for event in reply_events("# Hi\x1b[31m", "\n\n`x`"):
        view.feed(event)
        if event in partial_events("# Hi\x1b[31m")[2:]:
            assert out.out == "# Hi\x1b[31m"
    view.close(Ending.COMPLETE, None, 1.0)
    assert out.out == "# Hi\x1b[31m\n\n`x`\n"


def test_text_that_ends_in_a_newline_gets_no_second_one() -> None:
    out = io.StringIO()
    assert shown(VerbatimText(out), out, reply_events("done\n"), None) == "done\n"
    empty = io.StringIO()
    assert shown(VerbatimText(empty), empty, [], None) == ""


def test_a_note_does_not_cut_a_line_of_the_answer_on_the_same_terminal() -> None:
    terminal = io.StringIO()
    notes = Notes(terminal, redact=str)
    view = SayingRetries(NotesBelow(VerbatimText(terminal), notes), notes.note)
    view.feed(Retrying(1, 0.5, "Busy."))
    assert terminal.getvalue() == "Busy. Trying again in 0.5 s.\n"
    view.feed(TextDelta("half a "))
    notes.warn("The disk is full.")
    view.feed(TextDelta("line"))
    view.close(Ending.COMPLETE, None, 1.0)
    notes.note("Below.")
    below = ["half a line", "streamchat: The disk is full.", "Below."]
    assert terminal.getvalue().splitlines()[1:] == below


def test_quiet_leaves_out_which_model_answers() -> None:
    view = RecordingView()
    shown(OnlyTheAnswer(view), io.StringIO(), [ModelSwitched("b"), TextDelta("so")], None)
    assert view.events == [TextDelta("so")]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_no_answer_can_drive_it() -> None:
    out = Terminal()
    events = reply_events("a\x1b]0;", "title\x07b")
    assert shown(VerbatimText(out), out, events, None) == "a␛]0;title␇b\n"
    out = Terminal()
    code = FirstCodeBlock(out, lambda text: text)
    assert shown(code, out, reply_events("x\x1b[2J"), None) == "x␛[2J"
    out_file = io.StringIO()
    code = FirstCodeBlock(out_file, lambda text: text)
    assert shown(code, out_file, reply_events("x\x1b[2J"), None) == "x\x1b[2J"


def test_raw_events_are_lines_of_ascii_json() -> None:
    out = io.StringIO()
    events: list[Event] = [RawEvent({"type": "x", "text": "é\u2028"}), *reply_events("é")]
    assert shown(RawEvents(out), out, events, None) == (
        '{"type": "x", "text": "\\u00e9\\u2028"}\n'
    )


def test_json_is_one_object() -> None:
    out = io.StringIO()
    final = reply_events("Hello")[-1]
    assert isinstance(final, Finished)
    line = shown(JsonResult(out, "abcd"), out, reply_events("Hello"), final.message)
    assert json.loads(line) == {
        "type": "result",
        "ending": "complete",
        "text": "Hello",
        "content": [{"type": "text", "text": "Hello"}],
        "model": MODEL,
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 10, "output_tokens": 1},
        "cost_usd": None,
        "seconds": 1.25,
        "request_id": "req_1",
        "conversation": "abcd",
    }


def test_stream_json_names_each_step() -> None:
    out = io.StringIO()
    events = [Retrying(1, 0.5, "Busy."), *reply_events("Hello"), ThinkingDelta("hm")]
    lines = shown(JsonStream(out, "abcd"), out, events, None).splitlines()
    objects = [json.loads(line) for line in lines]
    assert [each["type"] for each in objects] == [
        "retry",
        "start",
        "block",
        "text",
        "usage",
        "thinking",
        "result",
    ]
    assert objects[3] == {"type": "text", "text": "Hello"}


def test_an_error_is_one_object_with_its_status() -> None:
    error = TryLater(
        "Busy.", kind="overloaded_error", http_status=529, request_id="r", retryable=True
    )
    assert format_error(error, "Busy.") == {
        "error": {
            "type": "overloaded_error",
            "message": "Busy.",
            "status": 75,
            "http_status": 529,
            "retryable": True,
            "request_id": "r",
        }
    }
    assert format_error(ConfigError("Bad file."), "Bad file.")["error"]["status"] == 78


def test_what_can_wait_is_done_once_the_reply_begins() -> None:
    out = io.StringIO()
    done: list[str] = []
    view = OnceStarted(VerbatimText(out), lambda: done.append(out.getvalue()))
    view.feed(Retrying(1, 0.5, "Busy."))
    assert done == []
    assert shown(view, out, reply_events("Hel", "lo"), None) == "Hello\n"
    assert done == [""]
