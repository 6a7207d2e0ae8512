"""`commands`: each row by its outcome; the table by its shape."""

import asyncio
import re

import pytest

from fakes import MODEL, MemoryArchive, MemoryJournal, ScriptedReader, answered, open_session
from streamchat.app import commands
from streamchat.app.commands import COMMANDS
from streamchat.app.commands.help import keys_table
from streamchat.app.commands.outcomes import (
    AskModel,
    AskUser,
    Compact,
    CountRequest,
    Done,
    LongWork,
    Outcome,
    Quit,
    Replay,
    ShowReport,
)
from streamchat.app.commands.registry import UnknownCommand, dotted_command, find_command
from streamchat.app.session import Session
from streamchat.core.attachment_blocks import Selection
from streamchat.core.capabilities import ModelFacts
from streamchat.core.conversation import Conversation
from streamchat.core.conversation_index import ConversationSummary
from streamchat.core.errors import Busy, NotFound, UsageError
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Message, text_block, user_message
from streamchat.core.ports import OpenedConversation


def talked(*exchanges: tuple[str, str]) -> Session:
    session = open_session()
    for question, answer in exchanges:
        session.say(question)
        session.add(Message("assistant", (text_block(answer),), MODEL, "end_turn"))
    return session


def run(session: Session, name: str, argument: str = "") -> Outcome:
    outcome = commands.dispatch(session, CommandLine(name, argument))
    return outcome.run() if isinstance(outcome, LongWork) else outcome


def texts(session: Session) -> list[str]:
    return [turn.message.text for turn in session.conversation.path]


def test_every_row_has_help_and_a_name_of_its_own() -> None:
    names = [name for row in COMMANDS for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert [row.usage for row in COMMANDS if not row.help.endswith(".")] == []


def test_the_commands_that_users_expect_are_there() -> None:
    names = {name for row in COMMANDS for name in (row.name, *row.aliases)}
    expected = "help exit quit clear new model system retry undo resume list save show events"
    assert names.issuperset(expected.split(" "))


def shown_help(argument: str = "") -> str:
    outcome = run(open_session(), "help", argument)
    assert isinstance(outcome, ShowReport)
    return outcome.markdown.replace("\\|", "|")


def test_help_names_every_command_once() -> None:
    names = re.findall(r"`/([a-z]+)`", shown_help())
    assert sorted(names) == sorted(row.name for row in COMMANDS)


@pytest.mark.parametrize("name", ["edit", "/edit"])
def test_help_explains_a_command(name: str) -> None:
    row = find_command("edit")
    assert shown_help(name) == f"`/edit [N]`\n\n{row.help}\n"


def test_help_says_the_other_names_of_a_command() -> None:
    assert shown_help("q").endswith("Also: `/quit`, `/q`, `/bye`.\n")


def test_help_of_an_unknown_command_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean /edit"):
        shown_help("edti")


def test_help_has_the_keys_and_everything() -> None:
    assert shown_help("keys") == keys_table()
    everything = shown_help("all")
    assert all(f"| `{row.usage}` | {row.help}" in everything for row in COMMANDS)
    assert everything.endswith(keys_table())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("modle", "/model"),
        ("hlep", "/help"),
        ("resu", "/resume"),
        ("exti", "/exit"),
        ("attahc", "/attach"),
        ("incognto", "/incognito"),
        ("nwe", "/new"),
        ("re", "/reset or /retry or /resume"),
        ("compress", "/compact"),
        ("rewind", "/undo"),
    ],
)
def test_an_unknown_name_gets_those_that_are_spelled_almost_like_it(
    typed: str, meant: str
) -> None:
    with pytest.raises(UnknownCommand) as error:
        run(open_session(), typed)
    assert f"did you mean {meant}?" in error.value.message


@pytest.mark.parametrize(
    ("typed", "meant"), [(".exit", "/exit"), (".file a.md", "/file"), (".set x", "/config")]
)
def test_a_command_of_another_program_is_not_sent(typed: str, meant: str) -> None:
    error = dotted_command(typed)
    assert error is not None
    assert f"There is no command {typed.split()[0]}; did you mean {meant}?" in error.message


@pytest.mark.parametrize(
    "text", [".", ".5 is a half", ".env", " .exit", "a .exit", ".exit\nnow"]
)
def test_what_begins_with_a_dot_may_be_text(text: str) -> None:
    assert dotted_command(text) is None


@pytest.mark.parametrize("typed", ["seek", "price", "x", "", "zz", "quality", "x" * 5_000])
def test_a_name_that_is_like_no_other_gets_no_guess(typed: str) -> None:
    with pytest.raises(UnknownCommand) as error:
        run(open_session(), typed)
    assert "did you mean" not in error.value.message
    assert len(error.value.message) < 200


@pytest.mark.parametrize(
    ("asked", "shown_by"), [("cost", "budget"), ("usage", "budget"), ("context", "tokens")]
)
def test_what_others_call_it_shows_it_too(asked: str, shown_by: str) -> None:
    assert run(open_session(), asked) == run(open_session(), shown_by)


def test_quit() -> None:
    assert run(open_session(), "quit") == Quit()


def test_new_keeps_model_and_system_and_closes_the_old_journal() -> None:
    session = talked(("q", "a"))
    run(session, "model", "claude-other")
    run(session, "system", "Be brief.")
    session.record(session.conversation.leave_out_thinking())
    old = session.journal
    assert run(session, "new") == Done("New conversation.")
    assert isinstance(old, MemoryJournal)
    assert old.closed
    assert texts(session) == []
    assert session.conversation.model == "claude-other"
    assert session.conversation.system == "Be brief."
    assert session.conversation.sends_thinking


def test_model_and_system_are_shown_set_and_removed() -> None:
    session = open_session()
    asked = run(session, "model")
    assert isinstance(asked, AskUser)
    assert asked.notice == f"The model is {MODEL}."
    assert run(session, "system") == Done("No system prompt is set.")
    run(session, "system", "Be\nbrief.")
    assert session.request().system == "Be\nbrief."
    assert run(session, "system") == Done("System prompt: Be\nbrief.")
    run(session, "system", "off")
    assert session.request().system is None


def test_retry_needs_a_question() -> None:
    with pytest.raises(UsageError, match="no question"):
        run(open_session(), "retry")


def test_retry_puts_the_head_on_the_question() -> None:
    session = talked(("q", "a"))
    head = session.conversation.head
    assert head is not None
    assert run(session, "retry") == AskModel(otherwise=head)
    assert texts(session) == ["q"]


@pytest.mark.parametrize(
    ("argument", "left", "said"),
    [
        ("", ["a", "1", "b", "2"], "Took back 1 exchange."),
        ("2", ["a", "1"], "Took back 2 exchanges."),
        ("9", [], "Took back 3 exchanges."),
    ],
)
def test_undo_takes_exchanges_back(argument: str, left: list[str], said: str) -> None:
    session = talked(("a", "1"), ("b", "2"), ("c", "3"))
    assert run(session, "undo", argument) == Done(said)
    assert texts(session) == left
    assert len(session.conversation.turns) == 6


@pytest.mark.parametrize("argument", ["0", "-1", "two", "1.5", "²"])
def test_a_bad_count_is_refused(argument: str) -> None:
    with pytest.raises(UsageError, match="whole number"):
        run(talked(("a", "1")), "undo", argument)


def test_undo_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing to undo"):
        run(open_session(), "undo")


def test_resume_switches_and_replays() -> None:
    session = talked(("q", "a"))
    other = Conversation.new(id="x", created="2026-09-21T14:13:20Z", model=MODEL, system=None)
    other.append(Message("user", (text_block("Old times"),)), id="t", at=session.now())
    session.archive = MemoryArchive(kept={"old": other})
    assert answered(run(session, "resume", "old")) == Replay("Resumed: Old times")
    assert session.conversation is other


@pytest.mark.parametrize("is_wanted", [True, False])
def test_what_another_process_has_open_is_gone_on_with_in_a_copy(*, is_wanted: bool) -> None:
    session = open_session()
    archive = BusyArchive()
    old, _ = archive.start(MODEL, None)
    old.append(user_message("Old times"), id="t1", at=session.now())
    archive.kept["old"], session.archive = old, archive
    reader = ScriptedReader(iter(()), answers=iter([is_wanted]))
    after = answered(run(session, "resume", "old"), reader)
    assert reader.questions == ['"Old times" is open. Continue in a copy?']
    if is_wanted:
        assert after == Replay("Resumed: Old times")
        assert session.conversation.turns == old.turns
        assert session.conversation.id != old.id
    else:
        assert after == Done("Nothing was opened.")
        assert session.conversation.turns == ()


class BusyArchive(MemoryArchive):
    """One whose conversations are all open elsewhere."""

    def open(self, ref: str, *, model: str) -> OpenedConversation:
        raise Busy('"Old times" is open.', ref, pid=1, since=None)

    def read(self, ref: str, *, model: str = "") -> OpenedConversation:
        return MemoryArchive.open(self, ref, model=model)


def test_resume_of_nothing_leaves_all_as_it_was() -> None:
    session = talked(("q", "a"))
    with pytest.raises(NotFound):
        run(session, "resume", "nowhere")
    assert texts(session) == ["q", "a"]


@pytest.mark.parametrize("line", ["list", "resume old", "resume"])
def test_files_that_were_skipped_are_told(line: str) -> None:
    warnings: list[str] = []
    session = open_session(warnings)
    other = Conversation.new("old", "", MODEL)
    session.archive = MemoryArchive(kept={"old": other}, skipped=["x.jsonl was skipped."])
    name, _, argument = line.partition(" ")
    answered(run(session, name, argument), ScriptedReader(iter(()), picks=iter([None])))
    assert warnings == ["x.jsonl was skipped."]


def test_list_is_a_table_whose_titles_are_literal() -> None:
    session = open_session()
    assert run(session, "list") == Done("No saved conversations yet.")
    summary = ConversationSummary(
        "abcd1234ef", "a|b *c*", session.clock() - 7200, 3, "m", None, "/p"
    )
    session.archive = MemoryArchive(listed=[summary])
    outcome = run(session, "list")
    assert isinstance(outcome, ShowReport)
    assert outcome.markdown.splitlines()[-1] == (
        "| `abcd1234` | 2 h | 3 | m | – | a\\|b \\*c\\* |"
    )


def test_save_names_and_starts_keeping() -> None:
    session = talked(("q", "a"))
    assert run(session, "save", "My chat") == Done("Saved in conversation-1")
    assert session.conversation.title == "My chat"
    assert isinstance(session.journal, MemoryJournal)
    session.journal.saves = False
    assert run(session, "save") == Done("Saved in kept")


def test_show_and_events() -> None:
    session = open_session()
    assert run(session, "show") == Done("This conversation is empty.")
    session = talked(("q", "a"))
    assert run(session, "show") == Replay(whole=True)
    assert run(session, "show", "2") == Replay(exchanges=2, whole=True)
    assert run(session, "events") == Done("API events are shown.")
    assert session.trace
    assert run(session, "events") == Done("API events are hidden.")


def test_what_is_attached_goes_with_the_next_message() -> None:
    session = open_session()
    assert run(session, "attach") == Done("Nothing is attached.")
    run(session, "attach", "a.png")
    assert run(session, "file", "b c.txt") == Done(
        "Attached to the next message:\n1. a.png (document)\n2. b c.txt (document)\n"
        "Together 2 attachments\n/detach N removes one."
    )
    session.say("Compare.")
    session.say("Alone.")
    first, second = (turn.message.content for turn in session.conversation.path)
    assert [block.get("title") for block in first] == ["a.png", "b c.txt", None]
    assert len(second) == 1


def test_detach_takes_one_back_and_names_it() -> None:
    session = open_session()
    assert run(session, "detach") == Done("Nothing is attached.")
    for name in ("a", "b", "c"):
        run(session, "attach", name)
    assert run(session, "detach", "2") == Done("Removed: b (document)")
    assert run(session, "detach") == Done("Removed: c (document)")
    with pytest.raises(UsageError, match="There is 1 attachment;"):
        run(session, "detach", "2")
    assert [block["title"] for block in session.attached] == ["a"]


@pytest.mark.parametrize("agrees", [True, False])
def test_many_files_of_a_directory_are_listed_and_asked_about(agrees: bool) -> None:
    session = open_session()
    many = Selection(({"type": "document", "title": "x"},) * 101, is_expanded=True)
    session.select_files = lambda _text: many
    outcome = run(session, "attach", "src")
    assert isinstance(outcome, AskUser)
    assert outcome.notice.endswith("10. x (document)\n… and 91 more\nTogether 101 attachments")
    reader = ScriptedReader(iter(()), answers=iter([agrees]))

    async def answer() -> Outcome:
        return await outcome.then(reader)

    after = asyncio.run(answer())
    assert reader.questions == ["Attach 101 files?"]
    assert len(session.attached) == (101 if agrees else 0)
    assert agrees or after == Done("Nothing was attached.")


def test_logout_says_whether_a_key_was_kept() -> None:
    session = open_session()
    assert run(session, "logout") == Done("No key is saved in the configuration directory.")
    session.forget_key = lambda: True
    assert run(session, "logout") == Done(
        "The key is removed. This chat uses it until you leave."
    )


# Tokens, dollars, thinking


def test_tokens_and_compact_are_the_loops() -> None:
    assert run(talked(("q", "a")), "tokens", "more") == CountRequest("more")
    assert run(talked(("q", "a")), "compact", "names") == Compact("names")
    with pytest.raises(UsageError, match="nothing to summarise"):
        run(open_session(), "compact")


def test_a_budget_is_set_shown_and_taken_away() -> None:
    session = open_session()
    session.budget.spent_usd = 0.25
    assert run(session, "budget") == Done("Spent: $0.2500; no cap is set.")
    assert run(session, "budget", "$2.5") == Done("Spent: $0.2500 of $2.50.")
    assert session.budget.cap_usd == 2.5
    assert run(session, "budget", "off") == Done("Spent: $0.2500; no cap is set.")
    session.budget.day_cap_usd = 5
    assert run(session, "budget") == Done("Spent: $0.2500; $5.00 may be spent in a day.")
    session.budget.billed = False
    assert run(session, "budget", "1") == Done("The demo costs nothing.")


@pytest.mark.parametrize("argument", ["0", "-1", "nan", "inf", "much", "1,5"])
def test_a_bad_budget_is_refused(argument: str) -> None:
    session = open_session()
    with pytest.raises(UsageError, match="cap in dollars"):
        run(session, "budget", argument)
    assert session.budget.cap_usd is None


def knowing(thinking: set[str] | None, efforts: tuple[str, ...] | None) -> Session:
    session = open_session()
    types = None if thinking is None else frozenset(thinking)
    session.facts = lambda model: ModelFacts(model, None, efforts, types)
    return session


def test_thinking_and_effort_are_set_shown_and_left() -> None:
    session = knowing(None, None)
    assert run(session, "think") == Done("The model decides whether to think.")
    for name, field, value in (("think", "thinking", "hidden"), ("effort", "effort", "max")):
        run(session, name, value)
        assert getattr(session.request(), field) == value
        run(session, name, "default")
        assert getattr(session.request(), field) is None
    with pytest.raises(UsageError, match="adaptive, hidden, off, default, not 'hard'"):
        run(session, "think", "hard")


def test_what_a_model_does_not_take_is_refused_with_what_it_takes() -> None:
    always = knowing({"adaptive"}, ())
    with pytest.raises(UsageError, match=r"thinking 'off': it accepts adaptive, hidden\."):
        run(always, "think", "off")
    with pytest.raises(UsageError, match=r"effort 'low': it cannot be set\."):
        run(always, "effort", "low")
    assert (always.thinking, always.effort) == (None, None)


def test_a_model_is_not_asked_for_what_it_does_not_take() -> None:
    session = knowing({"disabled"}, ("low",))
    session.thinking, session.effort = "adaptive", "max"
    said = run(session, "model", "plain")
    assert said == Done(
        "plain answers from now on. It does not accept thinking 'adaptive' and effort 'max'."
    )
    assert (session.request().thinking, session.request().effort) == (None, None)
    session.thinking, session.effort = "off", "low"
    assert run(session, "model", "plain") == Done("plain answers from now on.")
    assert (session.request().thinking, session.request().effort) == ("off", "low")


def test_continue_asks_for_the_rest_of_what_was_cut() -> None:
    session = open_session()
    with pytest.raises(UsageError, match="no answer to continue"):
        run(session, "continue")
    session.say("q")
    text = "It was a dark " * 30
    answer = session.add(Message("assistant", (text_block(text),), MODEL, "max_tokens"))
    outcome = run(session, "continue")
    assert isinstance(outcome, AskModel)
    assert outcome.otherwise == answer.id
    assert outcome.question is not None
    asked = outcome.question.text
    assert text[-100:] in asked
    assert text[:-200] not in asked
    assert texts(session) == ["q", text]  # nothing is said before there is an answer
    with pytest.raises(UsageError, match="is complete"):
        run(talked(("q", "a")), "continue")


def test_retry_with_a_model_asks_it_this_once() -> None:
    session = open_session()
    session.say("question")
    head = session.conversation.head
    assert head is not None
    assert run(session, "retry", "other") == AskModel(otherwise=head, model="other")
    assert session.conversation.model == MODEL
    assert run(session, "retry", MODEL) == AskModel(otherwise=head)
