"""A system prompt that changes in mid-conversation: told by a system turn, or at the top."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fakes import RecordingView, ScriptedSource, Step, open_session, reply_events
from streamchat.app.comparison import Comparison, list_candidates
from streamchat.app.comparison_views import UnderHeading
from streamchat.app.exchange import Exchange
from streamchat.app.outcome import Result
from streamchat.app.retry_policy import RetryPolicy
from streamchat.app.session import Session
from streamchat.app.token_count import count
from streamchat.core.capabilities import facts_by_table
from streamchat.core.conversation import Conversation
from streamchat.core.errors import ApiError, InvalidRequest, NoPermission
from streamchat.core.events import BlockStopped, Finished
from streamchat.core.messages import Message, Request, has_thinking, text_block, user_message
from streamchat.core.records import parse_record, to_line

OPUS, OLDER = "claude-opus-5-5", "claude-sonnet-5"
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "s"}
UNKNOWN_ROLE = InvalidRequest("role 'system' is not supported on this model", http_status=400)
REPLACES = "From here on, these instructions replace the system prompt:"


def chat(model: str = OPUS, system: str | None = "A") -> Session:
    """One exchange, with thinking."""
    session = open_session()
    session.conversation = Conversation.new("c", "", model, system)
    ask(session, "one", "1")
    return session


def ask(session: Session, question: str, reply: str) -> Request:
    """Say it, and get a reply with thinking. The request that was sent."""
    session.say(question)
    return answer(session, reply)


def answer(session: Session, reply: str, **how: object) -> Request:
    _, [request] = exchange(session, thoughtful(reply), **how)
    return request


def thoughtful(reply: str) -> list[Step]:
    *events, finished = reply_events(reply)
    assert isinstance(finished, Finished)
    message = finished.message
    thinking = replace(message, content=(THOUGHT, *message.content))
    return [*events, BlockStopped(1, THOUGHT), replace(finished, message=thinking)]


def exchange(
    session: Session, *scripts: Sequence[Step], **how: object
) -> tuple[Result, list[Request]]:
    source, view = ScriptedSource(list(scripts)), RecordingView()
    made = Exchange(session, source, view, lambda: 0.0, RetryPolicy(), **how)  # type: ignore[arg-type]
    return asyncio.run(made.run()), source.requests


def change(session: Session, system: str | None) -> None:
    session.record(session.conversation.configure(system=system))


def outline(request: Request) -> list[str]:
    """The top, then each message: its first letter and its text; ~ for thinking."""
    said = [f"{m.role[0]}{'~' if has_thinking(m) else ''} {m.text}" for m in request.messages]
    return [str(request.system), *said]


def test_a_new_prompt_is_told_behind_the_question_and_stays_there() -> None:
    session = chat()
    change(session, "B")
    assert outline(ask(session, "two", "2")) == ["A", "u one", "a~ 1", "u two", "s B"]
    later = ask(session, "three", "3")
    assert outline(later) == ["A", "u one", "a~ 1", "u two", "s B", "a~ 2", "u three"]
    assert later.messages[3].to_wire() == {
        "role": "system",
        "content": [{"type": "text", "text": REPLACES}, {"type": "text", "text": "B"}],
    }


def test_where_there_was_no_prompt_nothing_is_replaced() -> None:
    session = chat(system=None)
    change(session, "B")
    request = ask(session, "two", "2")
    assert request.messages[-1] == Message("system", (text_block("B"),))


@pytest.mark.parametrize("model", [OLDER, "some-model"])
def test_other_models_get_the_new_prompt_at_the_top(model: str) -> None:
    session = chat(model)
    change(session, "B")
    assert outline(ask(session, "two", "2")) == ["B", "u one", "a 1", "u two"]
    assert outline(ask(session, "three", "3"))[:4] == ["B", "u one", "a 1", "u two"]


def test_the_table_knows_who_takes_it() -> None:
    takes = "opus-4-8 opus-5 opus-5-5 sonnet-5-5 haiku-5-5 fable-5-2 mythos-5-1"
    assert all(facts_by_table(f"claude-{n}").takes_system_turns for n in takes.split())
    not_these = "sonnet-5 opus-4-7 sonnet-4-6 haiku-4-5 3-opus"
    assert not any(facts_by_table(f"claude-{n}").takes_system_turns for n in not_these.split())


def test_before_the_first_answer_the_prompt_is_at_the_top() -> None:
    session = open_session()
    session.conversation = Conversation.new("c", "", OPUS, "A")
    change(session, "B")
    assert outline(ask(session, "one", "1")) == ["B", "u one"]


def test_a_removed_prompt_is_sent_nowhere_and_the_next_is_told_again() -> None:
    session = chat()
    change(session, "B")
    ask(session, "two", "2")
    change(session, None)
    assert outline(ask(session, "three", "3")) == [
        "None",
        "u one",
        "a 1",
        "u two",
        "a 2",
        "u three",
    ]
    change(session, "B")
    last = outline(ask(session, "four", "4"))
    assert last[:6] == ["A", "u one", "a~ 1", "u two", "s B", "a~ 2"]
    assert last[6:] == ["u three", "a 3", "u four"]


def test_another_model_for_a_while_costs_only_its_own_thinking() -> None:
    session = chat()
    change(session, "B")
    ask(session, "two", "2")
    session.change_model(OLDER)
    assert outline(ask(session, "three", "3")) == [
        "B",
        "u one",
        "a 1",
        "u two",
        "a 2",
        "u three",
    ]
    session.change_model(OPUS)
    last = outline(ask(session, "four", "4"))
    assert last == ["A", "u one", "a~ 1", "u two", "s B", "a~ 2", "u three", "a 3", "u four"]


def test_a_question_without_an_answer_does_not_separate_them() -> None:
    session = chat()
    change(session, "B")
    session.say("two")
    exchange(session, [ApiError("gone")])
    change(session, "C")
    told = outline(ask(session, "three", "3"))
    assert told == ["A", "u one", "a~ 1", "u two", "u three", "s B", "s C"]


def test_undo_edit_and_retry_keep_the_prompt() -> None:
    session = chat()
    change(session, "B")
    first = outline(ask(session, "two", "2"))
    session.record(session.conversation.retry())
    assert outline(answer(session, "2b")) == first
    assert len(session.conversation.children(session.conversation.path[-2].id)) == 2
    session.record(session.conversation.undo())
    assert outline(ask(session, "two", "2c")) == first
    change(session, "C")
    session.record(session.conversation.retry())
    assert outline(answer(session, "2d")) == [*first[:-1], "s C"]


def test_a_summary_is_asked_for_under_the_new_prompt_and_goes_on_with_it() -> None:
    session = chat()
    change(session, "B")
    question = user_message("Sum up.")
    _, [request] = exchange(session, reply_events("sum"), question=question, is_aside=True)
    assert outline(request) == ["A", "u one", "a~ 1", "u Sum up.", "s B"]
    assert [turn.role for turn in session.conversation.path] == ["user", "assistant"]
    session.go_on_from("sum", session.conversation.head)
    assert outline(ask(session, "two", "2")) == ["B", "u sum", "u two"]


def test_what_the_program_asks_by_itself_is_stored_with_the_prompt_that_it_told() -> None:
    session = chat()
    change(session, "B")
    sent = outline(answer(session, "2", question=user_message("Go on.")))
    assert sent == ["A", "u one", "a~ 1", "u Go on.", "s B"]
    assert outline(session.request()) == [*sent, "a~ 2"]


def test_a_refusal_is_healed_once_and_remembered() -> None:
    session = chat()
    change(session, "B")
    session.say("two")
    result, requests = exchange(session, [UNKNOWN_ROLE], reply_events("2"))
    assert [outline(request)[-1] for request in requests] == ["s B", "u two"]
    assert outline(requests[1]) == ["B", "u one", "a 1", "u two"]
    assert "accepts no new system prompt in mid-conversation" in result.remarks[0]
    change(session, "C")
    assert outline(ask(session, "three", "3"))[0] == "C"
    read_again = reread(session)
    assert read_again.refuses_system_turns == {OPUS}
    session.conversation = chat().conversation  # another one of the same run
    change(session, "B")
    assert outline(ask(session, "two", "2"))[0] == "B"


@pytest.mark.parametrize(
    "fault",
    [
        InvalidRequest(
            "messages.3.role: Input should be 'user' or 'assistant'", http_status=400
        ),
        ApiError("system message must be at the beginning", http_status=500),
    ],
)
def test_servers_refuse_it_in_words_of_their_own(fault: ApiError) -> None:
    session = chat()
    change(session, "B")
    session.say("two")
    result, _ = exchange(session, [fault], reply_events("2"))
    assert result.message is not None


def test_a_key_without_the_role_is_no_refusal_of_it() -> None:
    session = chat()
    change(session, "B")
    session.say("two")
    fault = NoPermission("The role of this key may not use the model.", http_status=403)
    result, requests = exchange(session, [fault])
    assert (result.error, len(requests)) == (fault, 1)
    assert session.refuses_system_turns == frozenset()


def test_a_count_is_healed_too() -> None:
    session = chat()
    change(session, "B")
    source = ScriptedSource([], counts=[UNKNOWN_ROLE, 7])
    counted = asyncio.run(count(session, source, "two"))
    assert (counted.tokens, len(counted.remarks)) == (7, 1)
    assert [outline(request)[-1] for request in source.counted] == ["s B", "u two"]
    assert outline(ask(session, "two", "2"))[0] == "B"


def test_a_fault_without_a_system_turn_is_not_healed() -> None:
    session = chat()
    session.say("two")
    result, requests = exchange(session, [UNKNOWN_ROLE])
    assert (result.error, len(requests)) == (UNKNOWN_ROLE, 1)


def test_compared_answers_are_siblings_below_the_prompt() -> None:
    session = chat()
    change(session, "B")
    session.say("two")
    source = ScriptedSource([reply_events("x"), reply_events("y")])
    candidates = list_candidates(session, [OLDER], asks_own=True)

    class Shown:
        views = (RecordingView(), RecordingView())

        async def catch_up(self) -> None: ...
        def close(self) -> None: ...

    comparison = Comparison(
        session, source, lambda: 0.0, RetryPolicy(), candidates, UnderHeading
    )
    asyncio.run(comparison.run(Shown()))
    told = session.conversation.path[-2]
    assert (told.role, told.message.text) == ("system", "B")
    assert [turn.message.text for turn in session.conversation.children(told.id)] == ["x", "y"]
    assert outline(source.requests[0])[-1] == "s B"
    assert outline(source.requests[1])[0] == "B"


def reread(session: Session) -> Conversation:
    """The conversation as its file gives it back."""
    records = [parse_record(to_line(each)) for each in session.conversation.records]
    again = Conversation(records[0])  # type: ignore[arg-type]
    for record in records[1:]:
        again.apply(record)
    return again


def test_the_file_gives_back_what_was_sent() -> None:
    session = chat()
    change(session, "B")
    ask(session, "two", "2")
    session.change_model(OLDER)
    ask(session, "three", "3")
    session.change_model(OPUS)
    sent = session.request()
    session.conversation = reread(session)
    again = session.request()
    assert (again.system, again.messages) == (sent.system, sent.messages)


def older_program(session: Session, question: str = "", **change: str) -> None:
    """What a program that does not know system turns adds: a reply with thinking, or with
    `question` an exchange. It sent the newest system prompt at the top."""
    conversation = session.conversation = reread(session)
    if change:
        conversation.configure(**change)
    if question:
        conversation.append(user_message(question), session.new_id(), "")
    question_id = conversation.last_question
    assert question_id is not None
    reply = Message("assistant", (THOUGHT, text_block("old")), OPUS, "end_turn")
    conversation.append(reply, session.new_id(), "", after="" if question else question_id.id)
    session.conversation = reread(session)


def test_thinking_of_an_older_program_is_not_sent_with_system_turns() -> None:
    session = chat()
    change(session, "B")
    ask(session, "two", "2")
    older_program(session, "three")
    request = ask(session, "four", "4")
    assert outline(request)[:5] == ["A", "u one", "a~ 1", "u two", "s B"]
    assert outline(request)[5:] == ["a~ 2", "u three", "a old", "u four"]
    assert outline(ask(session, "five", "5"))[-3:] == ["u four", "a~ 4", "u five"]


def test_a_prompt_that_an_older_program_changed_is_told() -> None:
    session = chat()
    change(session, "B")
    ask(session, "two", "2")
    older_program(session, "three", system="C")
    assert outline(ask(session, "four", "4"))[4:] == [
        *("s B", "a~ 2", "u three", "a old", "u four", "s C"),
    ]


def test_a_reply_of_an_older_program_beside_a_system_turn_without_one() -> None:
    session = chat()
    change(session, "B")
    session.say("two")
    session.add(Message("system", (text_block("B"),)))  # and no reply
    older_program(session)
    assert outline(ask(session, "three", "3")) == [
        *("B", "u one", "a 1", "u two", "a~ old", "u three"),
    ]
    assert [turn.message.text for turn in session.conversation.turns] == [
        *("one", "1", "two", "B", "old", "three", "3"),
    ]


def test_a_compared_model_that_takes_none_keeps_its_own_thinking_apart() -> None:
    session = chat()
    change(session, "B")
    session.say("two")
    told = answer(session, "2")
    assert told.messages[-1].role == "system"
    question = session.conversation.last_question
    assert question is not None
    answer(session, "other", model=OLDER, after=question.id)
    other = session.conversation.turns[-1]
    assert not session.conversation.signed_settings(other.id).tells
