"""`commands.branches` and `commands.outline`: the tree drawn, walked, copied and named."""

import pytest
from wcwidth import wcswidth

from fakes import MODEL, MemoryJournal, answered, open_session
from streamchat.app import commands
from streamchat.app.commands.outcomes import Done, Edit, LongWork, Outcome, Replay, ShowReport
from streamchat.app.commands.outline import ENOUGH_LINES, draw
from streamchat.app.session import Session
from streamchat.core.errors import UsageError
from streamchat.core.input_line import CommandLine
from streamchat.core.messages import Message, text_block


def run(session: Session, name: str, argument: str = "") -> Outcome:
    outcome = commands.dispatch(session, CommandLine(name, argument))
    return outcome.run() if isinstance(outcome, LongWork) else outcome


def exchange(session: Session, question: str, answer: str) -> None:
    session.say(question)
    session.add(Message("assistant", (text_block(answer),), MODEL, "end_turn"))


def branched() -> Session:
    """a1 b2 | b2 edited to c3, then d4 | a edited to e5; the head is at d4."""
    session = open_session()
    exchange(session, "a", "1")
    exchange(session, "b", "2")
    session.conversation.undo(1)
    exchange(session, "c", "3")
    exchange(session, "d", "4")
    session.conversation.undo(3)
    exchange(session, "e", "5")
    session.conversation.jump("id8")
    return session


def texts(session: Session) -> str:
    return " ".join(turn.message.text for turn in session.conversation.path)


def drawing(session: Session, *, whole: bool = False) -> list[str]:
    return draw(session.conversation, now=session.clock(), whole=whole)


def test_the_open_branch_is_straight_and_the_others_hang_off_it() -> None:
    assert drawing(branched()) == [
        " 9    now  ├─○ ❯ e",
        "10    now  │ ○   5",
        " 1    now  ● ❯ a",
        " 2    now  ●   1",
        " 3    now  ├─○ ❯ b",
        " 4    now  │ ○   2",
        " 5    now  ● ❯ c",
        " 6    now  ●   3",
        " 7    now  ● ❯ d",
        " 8    now  ●   4   ◀ here",
    ]


def test_every_turn_is_in_the_drawing_wherever_the_head_is() -> None:
    session = branched()
    for head in [None, *(turn.id for turn in session.conversation.turns)]:
        session.conversation.jump(head)
        lines = drawing(session)
        assert sorted(int(line.split()[0]) for line in lines) == list(range(1, 11))
        assert sum("◀ here" in line for line in lines) == (head is not None)
        assert sum("●" in line for line in lines) == len(session.conversation.path)


def test_ages_and_texts() -> None:
    session = open_session()
    session.say("# A heading\nand more")
    session.clock = lambda: 1_790_000_000.0 + 7200
    session.add(Message("user", ({"type": "image", "source": {}},)))
    session.add(Message("assistant", (text_block("word " * 40),), MODEL, "end_turn"))
    assert drawing(session) == [
        "1    2 h  ● ❯ A heading",
        "2    now  ● ❯ [image]",
        "3    now  ●   word word word word word word word word word word word…   ◀ here",
    ]


@pytest.mark.parametrize("sign", ["w", "漢", "👋"])
def test_a_row_fits_eighty_columns_whatever_it_says(sign: str) -> None:
    session = open_session()
    for _ in range(12):
        exchange(session, sign * 200, sign * 200)
    widths = [wcswidth(line) for line in drawing(session)]
    assert max(widths) <= 79


def test_a_long_conversation_leaves_its_uneventful_stretches_out() -> None:
    session = open_session()
    for number in range(30):
        exchange(session, f"q{number}", f"a{number}")
    session.conversation.edit("id31")
    exchange(session, "other", "way")
    lines = drawing(session)
    assert len(lines) < ENOUGH_LINES
    shown = [line.split()[0] for line in lines if "⋮" not in line]
    hidden = [int(line.split()[1]) for line in lines if "⋮" in line]
    assert {"1", "30", "31", "60", "61", "62"} <= set(shown)
    assert len(shown) + sum(hidden) == 62
    assert len(drawing(session, whole=True)) == 62


def test_edits_of_edits_stay_within_the_screen() -> None:
    session = open_session()
    exchange(session, "trunk " * 20, "1")
    for number in range(40):
        session.conversation.jump(f"id{1 + 2 * number}")
        session.conversation.undo(1)
        exchange(session, f"q{number} " * 20, "a")
        exchange(session, "more", "b")
        session.conversation.jump("id2")
    assert max(map(len, drawing(session, whole=True))) <= 80


def test_a_deep_conversation_is_drawn_without_recursion() -> None:
    session = open_session()
    for _ in range(3000):
        session.say("q")
    assert len(drawing(session)) < ENOUGH_LINES
    assert len(drawing(session, whole=True)) == 3000


def test_tree_is_a_code_block_that_no_text_can_end() -> None:
    session = open_session()
    session.say("```` fence")
    outcome = run(session, "tree")
    assert isinstance(outcome, ShowReport)
    lines = outcome.markdown.splitlines()
    assert (lines[0], lines[2]) == ("`````", "`````")


def test_tree_of_nothing() -> None:
    assert run(open_session(), "tree") == Done("This conversation is empty.")


@pytest.mark.parametrize(
    ("number", "path"),
    [("8", "a 1 c 3 d 4"), ("4", "a 1 b 2"), ("6", "a 1 c 3"), ("10", "e 5"), ("2", "a 1")],
)
def test_tree_goes_to_a_turn_and_shows_the_last_exchanges(number: str, path: str) -> None:
    session = branched()
    assert run(session, "tree", number) == Replay(f"Now at turn {number} of 10.", 2)
    assert texts(session) == path


def test_a_question_stands_for_its_newest_answer() -> None:
    session = branched()
    session.conversation.retry()
    session.add(Message("assistant", (text_block("4 again"),), MODEL, "end_turn"))
    assert run(session, "tree", "7") == Replay("Now at turn 11 of 11, the answer to 7.", 2)
    assert texts(session) == "a 1 c 3 d 4 again"


def test_a_question_without_an_answer_can_be_gone_to() -> None:
    session = open_session()
    session.say("a")
    outcome = run(session, "tree", "1")
    assert outcome == Replay(
        "Now at turn 1 of 1. It has no answer yet; /retry asks it.", exchanges=2
    )


@pytest.mark.parametrize("argument", ["0", "11", "x", "-1"])
def test_a_turn_that_is_not_there_is_refused(argument: str) -> None:
    session = branched()
    with pytest.raises(UsageError):
        run(session, "tree", argument)
    assert texts(session) == "a 1 c 3 d 4"


def test_a_jump_is_on_disk_before_anything_else() -> None:
    session = branched()
    assert isinstance(session.journal, MemoryJournal)
    run(session, "tree", "4")
    assert session.journal.records[-1].to_dict() == {"type": "head", "turn": "id4"}


def test_edit_names_the_message_and_moves_nothing() -> None:
    session = branched()
    assert run(session, "edit") == Edit("id7")
    assert run(session, "edit", "3") == Edit("id1")
    assert texts(session) == "a 1 c 3 d 4"
    with pytest.raises(UsageError, match="You have sent 3"):
        run(session, "edit", "4")
    with pytest.raises(UsageError, match="not sent a message"):
        run(open_session(), "edit")


def test_fork_goes_on_in_a_copy() -> None:
    session = branched()
    old, journal = session.conversation, session.journal
    answered(run(session, "fork"))
    assert isinstance(journal, MemoryJournal)
    assert journal.closed
    assert session.conversation.id != old.id
    assert texts(session) == "a 1 c 3 d 4"
    exchange(session, "f", "6")
    assert old.turn_count == 10
    with pytest.raises(UsageError):
        run(open_session(), "fork")


def test_rename() -> None:
    session = branched()
    assert run(session, "rename") == Done("The title is 'a'.")
    assert run(session, "rename", "All  about\nletters") == Done(
        "The title is 'All about letters'."
    )
    assert session.conversation.title == "All about letters"


def test_incognito_begins_anew_and_stays_until_it_is_turned_off() -> None:
    session = branched()
    old = session.conversation
    run(session, "incognito")
    assert session.conversation is not old
    assert (session.archive.saves, session.journal.saves) == (False, False)
    run(session, "new")
    assert not session.journal.saves
    run(session, "incognito", "off")
    assert (session.archive.saves, session.journal.saves) == (True, True)
    assert run(session, "incognito", "off") == Done("Conversations are saved.")
    with pytest.raises(UsageError):
        run(session, "incognito", "on")


def test_an_answer_by_another_model_is_named_in_the_drawing() -> None:
    session = open_session()
    exchange(session, "a", "1")
    session.conversation.retry()
    session.add(Message("assistant", (text_block("2"),), "other-model", "end_turn"))
    drawn = "\n".join(drawing(session))
    assert "other-model: 2" in drawn
    assert f"{MODEL}: 1" in drawn  # beside the other one


def test_answers_by_the_model_of_the_conversation_alone_are_not_named() -> None:
    session = open_session()
    exchange(session, "a", "1")
    session.conversation.retry()
    session.add(Message("assistant", (text_block("2"),), MODEL, "end_turn"))
    assert MODEL not in "\n".join(drawing(session))
