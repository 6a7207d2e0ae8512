"""A conversation: the tree, the head, and what is sent again."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streamchat.core.conversation import ASKED, COMPACTS, Conversation, one_line
from streamchat.core.errors import UsageError
from streamchat.core.messages import (
    INTERRUPTED,
    LONGEST_NAME,
    Block,
    Message,
    Usage,
    text_block,
    user_message,
)
from streamchat.core.records import (
    Head,
    Header,
    Partial,
    Setting,
    Turn,
    Unknown,
    UnparsedTurn,
    parse_record,
    read_beginning,
    to_line,
)
from streamchat.core.reply import keepable

AT = "2026-11-22T10:00:00Z"
THOUGHT: Block = {"type": "thinking", "thinking": "hm", "signature": "s"}
REDACTED: Block = {"type": "redacted_thinking", "data": "x"}
TOOL: Block = {"type": "server_tool_use", "id": "x", "name": "web_search", "input": {}}


def empty(system: str | None = None) -> Conversation:
    return Conversation.new("conv", AT, "claude-test", system)


def reply(*content: Block, stop_reason: str | None = "end_turn", **about: Any) -> Message:
    return Message("assistant", content, stop_reason=stop_reason, **about)


def said(text: str, *, thinking: bool = False) -> Message:
    return reply(*([THOUGHT] if thinking else []), text_block(text))


def talked(*texts: str, system: str | None = None) -> Conversation:
    """Turns t1, t2, …: a question, a reply, and so on."""
    conversation = empty(system)
    for number, text in enumerate(texts, 1):
        message = user_message(text) if number % 2 else said(text, thinking=True)
        conversation.append(message, f"t{number}", AT)
    return conversation


def texts(conversation: Conversation) -> list[str]:
    return [turn.message.text for turn in conversation.path]


def sent(conversation: Conversation) -> list[tuple[Block, ...]]:
    return [message.content for message in conversation.request_messages()]


def replayed(conversation: Conversation, *, unparsed: bool = False) -> Conversation:
    """The same from its lines."""
    lines = [to_line(record).rstrip(b"\n") for record in conversation.records]
    header = parse_record(lines[0])
    assert isinstance(header, Header)
    again = Conversation(header)
    for number, line in enumerate(lines[1:], 2):
        again.apply((read_beginning(line, number) if unparsed else None) or parse_record(line))
    return again


# The tree


def test_a_new_conversation_is_empty() -> None:
    conversation = empty("Be brief.")
    assert (conversation.path, conversation.turns, conversation.head) == ((), (), None)
    assert (conversation.id, conversation.title) == ("conv", "")
    assert (conversation.model, conversation.system) == ("claude-test", "Be brief.")
    assert (conversation.last_question, conversation.last_reply) == (None, None)
    assert (conversation.cost_usd, conversation.usage) == (None, Usage())
    assert conversation.request_messages() == ()


def test_an_empty_system_prompt_is_none() -> None:
    assert empty("").system is None
    conversation = empty("x")
    assert conversation.configure(system="") == Setting({"system": None})
    assert conversation.system is None


def test_turns_follow_the_head() -> None:
    conversation = empty()
    first = conversation.append(user_message("a"), "t1", AT)
    second = conversation.append(said("b"), "t2", AT)
    assert (first.parent, second.parent, conversation.head) == (None, "t1", "t2")
    assert conversation.path == conversation.turns == (first, second)
    assert conversation.children(None) == (first,)
    assert conversation.children("t1") == (second,)
    assert (conversation.last_question, conversation.last_reply) == (first, second)
    assert conversation.tail(1) == (second,)
    assert conversation.tail(9) == (first, second)


@pytest.mark.parametrize("content", [(), (text_block(""),), (text_block(" \n"),)])
def test_nothing_is_never_a_turn(content: tuple[Block, ...]) -> None:
    conversation = empty()
    with pytest.raises(ValueError, match="content"):
        conversation.append(Message("user", content), "t1", AT)
    assert conversation.turns == ()


@pytest.mark.parametrize("id", ["t1", "", "a b", "../x", "x" * 65])
def test_an_id_is_new_and_safe(id: str) -> None:
    conversation = talked("a")
    with pytest.raises(ValueError, match="cannot be the id"):
        conversation.append(user_message("b"), id, AT)
    assert texts(conversation) == ["a"]


def test_undo_goes_back_before_the_nth_last_question() -> None:
    conversation = talked("a", "1", "b", "2", "c", "3")
    assert conversation.undo() == Head("t4")
    assert texts(conversation) == ["a", "1", "b", "2"]
    assert conversation.undo(2) == Head(None)
    assert texts(conversation) == []
    assert len(conversation.turns) == 6


def test_a_question_without_an_answer_is_an_exchange() -> None:
    conversation = talked("a", "1", "b")
    conversation.append(user_message("c"), "t4", AT)
    assert conversation.undo() == Head("t3")
    assert conversation.undo() == Head("t2")


@pytest.mark.parametrize("count", [-1, 0, 3])
def test_an_undo_that_is_too_long_changes_nothing(count: int) -> None:
    conversation = talked("a", "1", "b", "2")
    with pytest.raises(UsageError):
        conversation.undo(count)
    assert conversation.head == "t4"


def test_retry_keeps_the_old_answer_beside_the_new() -> None:
    conversation = talked("a", "1")
    assert conversation.retry() == Head("t1")
    conversation.append(said("2"), "t3", AT)
    assert texts(conversation) == ["a", "2"]
    assert [turn.message.text for turn in conversation.children("t1")] == ["1", "2"]


def test_edit_puts_another_message_beside_the_old() -> None:
    conversation = talked("a", "1", "b", "2")
    assert conversation.edit("t3") == Head("t2")
    conversation.append(user_message("B"), "t5", AT)
    assert texts(conversation) == ["a", "1", "B"]
    assert conversation.edit("t1") == Head(None)
    conversation.append(user_message("A"), "t6", AT)
    assert [turn.message.text for turn in conversation.children(None)] == ["a", "A"]
    assert conversation.jump("t4") == Head("t4")
    assert texts(conversation) == ["a", "1", "b", "2"]


@pytest.mark.parametrize("turn", ["t2", "t9", ""])
def test_only_a_question_can_be_edited(turn: str) -> None:
    with pytest.raises(UsageError):
        talked("a", "1").edit(turn)


def test_retry_and_jump_need_somewhere_to_go() -> None:
    with pytest.raises(UsageError):
        empty().retry()
    with pytest.raises(UsageError):
        talked("a").jump("t9")


def test_settings_change_from_here_on() -> None:
    conversation = empty("old")
    assert conversation.configure(model="claude-other") == Setting({"model": "claude-other"})
    assert (conversation.model, conversation.system) == ("claude-other", "old")
    assert conversation.configure(system="new") == Setting({"system": "new"})
    assert (conversation.model, conversation.system) == ("claude-other", "new")
    assert conversation.rename("  A \n name ") == Setting({"title": "A name"})
    assert conversation.title == "A name"
    with pytest.raises(UsageError):
        conversation.rename(" \n")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("\n\n  two   words\nmore", "two words"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("word " * 20, "word " * 10 + "word…"),
        ("a\u2028b", "a"),
        (" \n ", ""),
    ],
)
def test_a_title_is_one_short_line(text: str, title: str) -> None:
    assert one_line(text) == title
    assert len(one_line(text)) <= 60


def test_the_title_is_that_of_the_first_question_with_text() -> None:
    conversation = empty()
    image: Block = {"type": "image", "source": {"type": "url", "url": "https://x"}}
    conversation.append(Message("user", (image,)), "t1", AT)
    assert conversation.title == ""
    conversation.append(user_message("What is it?"), "t2", AT)
    conversation.edit("t1")
    conversation.append(user_message("Other"), "t3", AT)
    assert conversation.title == "What is it?"


def test_costs_are_those_of_all_branches() -> None:
    conversation = talked("a")
    usage = Usage(input_tokens=10, output_tokens=1)
    conversation.append(reply(text_block("1"), usage=usage, cost_usd=0.25), "t2", AT)
    assert conversation.cost_usd == 0.25
    conversation.retry()
    conversation.append(reply(text_block("2"), usage=usage, cost_usd=0.5), "t3", AT)
    conversation.retry()
    conversation.append(reply(text_block("3")), "t4", AT)
    assert conversation.cost_usd == 0.75
    assert conversation.usage == Usage(input_tokens=20, output_tokens=2)
    assert replayed(conversation, unparsed=True).cost_usd == 0.75
    assert replayed(conversation, unparsed=True).usage == conversation.usage


# Partial replies


def test_pieces_make_an_interrupted_turn() -> None:
    conversation = talked("a")
    assert conversation.partial("t2", "one ", AT) == Partial("t2", "t1", AT, "one ", 0)
    assert conversation.partial("t2", "two", AT) == Partial("t2", "t1", AT, "two", 4)
    for one in (conversation, replayed(conversation)):
        assert one.last_reply == Turn(
            "t2",
            "t1",
            AT,
            Message("assistant", (text_block("one two"),), "claude-test", INTERRUPTED),
        )
        assert one.head == "t2"


def test_the_turn_supersedes_its_pieces() -> None:
    conversation = talked("a")
    conversation.partial("t2", "one ", AT)
    turn = conversation.append(said("one two"), "t2", AT)
    conversation.apply(Partial("t2", "t1", AT, "late", 0))
    assert turn.parent == "t1"
    assert texts(conversation) == texts(replayed(conversation)) == ["a", "one two"]
    assert len(conversation.turns) == 2


def test_blank_pieces_are_no_turn_yet() -> None:
    conversation = talked("a")
    conversation.partial("t2", "\n", AT)
    assert texts(conversation) == ["a"]
    conversation.partial("t2", "b", AT)
    assert texts(conversation) == ["a", "\nb"]


def test_a_lost_piece_costs_only_itself() -> None:
    conversation = talked("a")
    for start, text in ((0, "one "), (8, "three "), (99, "five")):
        conversation.apply(Partial("t2", "t1", AT, text, start))
    assert texts(conversation) == ["a", "one three five"]


# Records that make no sense


def test_a_turn_written_twice_is_one() -> None:
    conversation = talked("a", "1")
    again = conversation.turn("t1")
    conversation.apply(again)
    conversation.apply(conversation.turn("t2"))
    assert texts(conversation) == ["a", "1"]
    assert len(conversation.turns) == 2


def test_a_reply_written_twice_is_charged_once() -> None:
    """As a failing disk may leave it."""
    conversation = talked("a")
    usage = Usage(input_tokens=10, output_tokens=2)
    reply = Message("assistant", (text_block("1"),), usage=usage, cost_usd=0.25)
    turn = conversation.append(reply, "t2", AT)
    conversation.apply(turn)
    assert conversation.cost_usd == 0.25
    assert conversation.usage == usage


def test_what_is_unknown_is_kept_in_its_place() -> None:
    conversation = talked("a")
    poll = Unknown({"type": "poll"})
    for record in (poll, Head("lost"), Header("x", "", ""), Setting({"mood": 1})):
        conversation.apply(record)
    assert (conversation.id, conversation.head) == ("conv", "t1")
    assert conversation.records[2] is poll


@pytest.mark.parametrize("parent", ["lost", "t9"])
def test_a_turn_whose_parent_is_lost_hangs_on_the_head(parent: str) -> None:
    conversation = talked("a", "1", "b")
    conversation.apply(Turn("t9", parent, AT, said("2", thinking=True)))
    assert texts(conversation) == ["a", "1", "b", "2"]
    assert sent(conversation)[1] == (THOUGHT, text_block("1"))
    assert sent(conversation)[3] == (text_block("2"),)


def test_a_model_of_thousands_of_characters_is_cut() -> None:
    conversation = Conversation.new("conv", AT, "x" * 5000, None)
    assert len(conversation.model) == LONGEST_NAME
    turn = Turn("t1", None, AT, Message("assistant", (), model="y" * 5000))
    read = parse_record(to_line(turn))
    assert isinstance(read, Turn)
    assert read.message.model == "y" * LONGEST_NAME


def test_settings_of_a_wrong_type_have_no_effect() -> None:
    conversation = talked("a")
    conversation.apply(Setting({"title": 7, "model": None, "system": ["x"]}))
    assert (conversation.title, conversation.model) == ("a", "claude-test")
    assert conversation.system is None


def test_a_turn_found_damaged_late_is_empty_and_binds_no_thinking() -> None:
    conversation = talked("a", "1", "b", "2")
    lines = [to_line(record).rstrip(b"\n") for record in conversation.records]
    again = empty()
    for number, line in enumerate(lines[1:], 2):
        damaged = line.replace(b'"text": "b"', b'"text": b"') if number == 4 else line
        again.apply(read_beginning(damaged, number) or parse_record(damaged))
    assert again.turn_count == 4
    assert again.unreadable == {}
    assert sent(again) == [
        (text_block("a"),),
        (THOUGHT, text_block("1")),
        (text_block("2"),),
    ]
    assert again.unreadable == {"t3": 4}


# What is sent again


@pytest.mark.parametrize(
    ("message", "content"),
    [
        (user_message("hi"), (text_block("hi"),)),
        (Message("user", (text_block(" "), text_block("x"))), (text_block("x"),)),
        (reply(THOUGHT, text_block("x")), (THOUGHT, text_block("x"))),
        (reply(REDACTED, text_block("x")), (REDACTED, text_block("x"))),
        (reply(THOUGHT, text_block("")), (THOUGHT,)),
        (reply(TOOL, text_block("x"), stop_reason="pause_turn"), (TOOL, text_block("x"))),
        (reply(text_block("x"), stop_reason="max_tokens"), (text_block("x"),)),
        (reply(THOUGHT, TOOL, text_block("x"), stop_reason=INTERRUPTED), (text_block("x"),)),
        (reply(THOUGHT, text_block("x"), stop_reason=None), (text_block("x"),)),
        (reply(THOUGHT, stop_reason=INTERRUPTED), None),
        (
            reply({**text_block("x"), "citations": [{"half": 1}]}, stop_reason=INTERRUPTED),
            (text_block("x"),),
        ),
        (reply({**text_block("x"), "citations": []}), ({**text_block("x"), "citations": []},)),
    ],
)
def test_history_rules(message: Message, content: tuple[Block, ...] | None) -> None:
    conversation = talked("q")
    conversation.append(message, "t2", AT)
    expected = (user_message("q"), Message(message.role, content)) if content else None
    assert conversation.request_messages() == (expected or (user_message("q"),))


def test_thinking_goes_with_the_system_prompt_it_was_thought_under() -> None:
    conversation = talked("a", "1", system="S")
    conversation.configure(system="T")
    conversation.append(user_message("b"), "t3", AT)
    conversation.append(said("2", thinking=True), "t4", AT)
    assert [THOUGHT in content for content in sent(conversation)] == [0, 0, 0, 1]
    conversation.configure(system="S")
    assert [THOUGHT in content for content in sent(conversation)] == [0, 1, 0, 0]


def test_a_system_prompt_set_between_question_and_answer_counts_for_the_answer() -> None:
    conversation = talked("a", system="S")
    conversation.configure(system="T")
    conversation.append(said("1", thinking=True), "t2", AT)
    assert sent(conversation)[1] == (THOUGHT, text_block("1"))


def test_without_thinking_there_is_none() -> None:
    messages = talked("a", "1", "b").request_messages(thinking=False)
    assert messages[1] == Message("assistant", (text_block("1"),))


def test_imported_thinking_is_bound_to_nobody_knows_what() -> None:
    conversation = talked("a")
    conversation.apply(Turn("t2", "t1", AT, said("1", thinking=True), {"imported": True}))
    conversation.append(user_message("b"), "t3", AT)
    conversation.append(said("2", thinking=True), "t4", AT)
    assert [THOUGHT in content for content in sent(conversation)] == [0, 0, 0, 1]


def test_unsigned_thinking_is_never_sent() -> None:
    unsigned = {"type": "thinking", "thinking": "hm", "signature": ""}
    conversation = talked("a")
    conversation.append(reply(unsigned, THOUGHT, text_block("1")), "t2", AT)
    assert sent(conversation)[1] == (THOUGHT, text_block("1"))


@pytest.mark.parametrize("id", [[], {}, None, 7, ["t1"]])
def test_a_call_without_a_proper_id_is_left_out(id: object) -> None:
    call: Block = {"type": "tool_use", "id": id, "name": "n", "input": {}}
    result: Block = {"type": "tool_result", "tool_use_id": id, "content": "1"}
    conversation = talked("a")
    conversation.append(reply(call, text_block("1")), "t2", AT)
    conversation.append(Message("user", (result, text_block("b"))), "t3", AT)
    assert sent(conversation)[1:] == [(text_block("1"),), (result, text_block("b"))]
    assert keepable([call, result]) == (result,)


def test_a_block_that_is_nested_too_deeply_is_not_sent() -> None:
    deep = json.loads("[" * 400 + "]" * 400)
    conversation = talked("a")
    blocks: list[Block] = [{"type": "novel", "x": deep}, {"type": "novel", "x": [[1]]}]
    conversation.append(reply(*blocks, text_block("1")), "t2", AT)
    assert sent(conversation)[1] == (blocks[1], text_block("1"))


def test_to_another_server_a_reply_goes_as_its_text() -> None:
    novel: Block = {"type": "novel", "data": 1}
    conversation = talked("a")
    made = reply(THOUGHT, novel, text_block("1"))
    conversation.append(made, "t2", AT, extra={"server": "one.example"})

    def blocks(server: str) -> tuple[Block, ...]:
        return conversation.request_messages(server=server)[1].content

    assert blocks("one.example") == made.content
    assert blocks("two.example") == (text_block("1"),)
    conversation.append(user_message("b"), "t3", AT)
    conversation.append(said("2", thinking=True), "t4", AT)  # by nobody knows whom
    assert conversation.request_messages(server="two.example")[3].content[0] == THOUGHT


def test_a_question_that_was_declined_is_not_followed() -> None:
    conversation = talked("a", "1", "b")
    assert conversation.next_parent == "t3"
    conversation.decline("t3")
    assert conversation.next_parent == "t2"
    conversation.append(said("2"), "t4", AT)  # another model answered it
    assert conversation.next_parent == "t4"


def test_what_an_empty_reply_cost_counts() -> None:
    conversation = talked("a")
    counted = replace(said("1"), usage=Usage(input_tokens=3), cost_usd=0.5)
    record = conversation.add_empty_reply(counted, AT)
    assert record.message == replace(counted, content=())
    assert (conversation.cost_usd, conversation.usage) == (0.5, Usage(input_tokens=3))
    assert conversation.turn_count == 1


# Any history at all


@dataclass
class Witness:
    """Drives a conversation beside the plainest model of one.

    `made_from` is what a server would bind each reply's thinking to: the request that the
    reply answered.
    """

    conversation: Conversation = field(default_factory=lambda: empty("S0"))
    parents: dict[str, str | None] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    made_from: dict[str, str] = field(default_factory=dict)
    head: str | None = None

    def step(self, action: str, number: int) -> None:
        try:
            getattr(self, action)(number)
        except UsageError:
            assert self.conversation.head == self.head

    def _added(self, role: str) -> str:
        id = f"{role}{len(self.parents)}"
        self.parents[id], self.words[id], self.head = self.head, f"text of {id}", id
        return id

    def say(self, _: int) -> None:
        id = self._added("q")
        self.conversation.append(user_message(self.words[id]), id, AT)

    def answer(self, number: int) -> None:
        if not self.conversation.path:
            return
        request = self.wire(len(self.conversation.request_messages()))
        id = self._added("r")
        self.made_from[id] = request
        stop_reason = ("end_turn", "end_turn", INTERRUPTED, None)[number % 4]
        if number % 3 == 0:
            self.conversation.partial(id, "text", AT)
        thought = {**THOUGHT, "signature": id}
        content = (thought, text_block(self.words[id]))
        self.conversation.append(reply(*content, stop_reason=stop_reason), id, AT)

    def undo(self, number: int) -> None:
        self.head = self.conversation.undo(1 + number % 3).turn

    def retry(self, _: int) -> None:
        self.head = self.conversation.retry().turn

    def edit(self, number: int) -> None:
        questions = [id for id in self.parents if id.startswith("q")]
        if questions:
            id = questions[number % len(questions)]
            self.head = self.parents[id]
            assert self.conversation.edit(id) == Head(self.head)

    def jump(self, number: int) -> None:
        ids = [None, *self.parents]
        self.head = ids[number % len(ids)]
        self.conversation.jump(self.head)

    def configure(self, number: int) -> None:
        self.conversation.configure(system=f"S{number % 3}")

    def reload(self, number: int) -> None:
        self.conversation = replayed(self.conversation, unparsed=bool(number % 2))

    def wire(self, count: int) -> str:
        """The first messages of the request that would be made now."""
        messages = self.conversation.request_messages()[:count]
        return json.dumps([self.conversation.system, [m.to_wire() for m in messages]])

    def path(self) -> list[str]:
        ids, id = [], self.head
        while id is not None:
            ids.append(id)
            id = self.parents[id]
        return ids[::-1]

    def check(self) -> None:
        conversation = self.conversation
        path = self.path()
        assert [turn.id for turn in conversation.path] == path
        assert [message.text for message in conversation.request_messages()] == [
            self.words[id] for id in path
        ]
        assert reachable(conversation) == self.parents
        self._check_thinking(path)

    def _check_thinking(self, path: list[str]) -> None:
        messages = self.conversation.request_messages()
        for place, (id, message) in enumerate(zip(path, messages, strict=True)):
            turn = self.conversation.turn(id)
            if turn.role == "assistant" and turn.message.stop_reason == "end_turn":
                valid = self.made_from[id] == self.wire(place)
                assert any(b["type"] == "thinking" for b in message.content) == valid


def reachable(conversation: Conversation) -> dict[str, str | None]:
    """Every turn that can be walked to from the beginning, with its parent."""
    found: dict[str, str | None] = {}
    waiting: list[str | None] = [None]
    while waiting:
        parent = waiting.pop()
        for turn in conversation.children(parent):
            found[turn.id] = parent
            waiting.append(turn.id)
    return found


ACTIONS = ("say", "answer", "undo", "retry", "edit", "jump", "configure", "reload")


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.sampled_from((*ACTIONS, "say", "answer", "answer")), st.integers(0, 11)),
        max_size=25,
    )
)
def test_nothing_is_lost_and_a_request_is_its_branch(steps: list[tuple[str, int]]) -> None:
    witness = Witness()
    for action, number in steps:
        witness.step(action, number)
        witness.check()


def test_a_replayed_conversation_is_the_same() -> None:
    conversation = talked("a", "1", "b", "2", system="S")
    conversation.rename("Name")
    conversation.configure(model="claude-other", system="T")
    conversation.retry()
    conversation.partial("t5", "3", AT)
    for unparsed in (False, True):
        again = replayed(conversation, unparsed=unparsed)
        assert any(isinstance(r, UnparsedTurn) for r in again.records) == unparsed
        assert again.turns == conversation.turns
        assert again.path == conversation.path
        assert again.request_messages() == conversation.request_messages()
        assert (again.title, again.model, again.system) == ("Name", "claude-other", "T")


# A tool's call that nothing answers, and summaries


CALL: Block = {"type": "tool_use", "id": "c1", "name": "weather", "input": {}}
ANSWER: Block = {"type": "tool_result", "tool_use_id": "c1", "content": "sun"}


def test_a_call_that_nothing_answers_is_not_sent_again() -> None:
    conversation = talked("q")
    conversation.append(reply(text_block("Hm."), CALL, stop_reason="tool_use"), "t2", AT)
    assert sent(conversation) == [(text_block("q"),), (text_block("Hm."),)]
    assert conversation.path[-1].message.content == (text_block("Hm."), CALL)
    alone = talked("q")
    alone.append(reply(CALL, stop_reason="tool_use"), "t2", AT)
    assert sent(alone) == [(text_block("q"),)]


def test_a_call_with_its_result_is_sent_whole() -> None:
    conversation = talked("q")
    conversation.append(reply(CALL, stop_reason="tool_use"), "t2", AT)
    conversation.append(Message("user", (ANSWER,)), "t3", AT)
    assert sent(conversation)[1:] == [(CALL,), (ANSWER,)]


def compacted(old: str | None) -> Conversation:
    conversation = talked("a", "1")
    conversation.jump(None)
    conversation.append(user_message("Sum."), "s", AT, extra={COMPACTS: old})
    return conversation


def test_a_branch_goes_on_from_a_summary_and_undo_goes_back() -> None:
    conversation = compacted("t2")
    assert texts(conversation) == ["Sum."]
    assert conversation.title == "a"
    assert conversation.last_question is None
    conversation.undo()
    assert texts(conversation) == ["a", "1"]


def test_a_summary_survives_its_file() -> None:
    conversation = compacted("t2")
    again = empty()
    for record in conversation.records[1:]:
        again.apply(parse_record(to_line(record)))
    assert again.last_question is None
    again.undo()
    assert texts(again) == ["a", "1"]


@pytest.mark.parametrize("old", [None, "lost", ["t2"]])
def test_a_summary_of_what_is_lost_goes_back_to_the_beginning(old: Any) -> None:
    conversation = compacted(old)
    conversation.undo()
    assert texts(conversation) == []


def test_a_piped_question_is_called_after_its_prompt() -> None:
    conversation = Conversation.new("id", AT, "m")
    message = user_message("2026-11-20 10:02:11 WARN\nmore\n\nWhat is wrong?")
    conversation.append(message, "q", AT, extra={ASKED: "What is wrong?"})
    assert conversation.title == "What is wrong?"
