"""The commands that move about in the tree of turns. Nothing is ever taken out of it."""

from __future__ import annotations

from streamchat.app.commands.arguments import parse_choice, parse_count, parse_word
from streamchat.app.commands.outline import draw
from streamchat.app.commands.registry import (
    AskModel,
    Done,
    Edit,
    Outcome,
    Replay,
    ShowReport,
    command,
)
from streamchat.app.compaction_prompts import ask_for_rest
from streamchat.app.session import Session
from streamchat.core.conversation import Conversation
from streamchat.core.errors import UsageError
from streamchat.core.messages import user_message

SHOWN_AFTER_A_JUMP = 2  # exchanges


@command("/retry [MODEL]")
def retry(session: Session, argument: str) -> Outcome:
    """Ask the last question again, of another model if one is named; the old answer
    stays in the file."""
    head = session.conversation.head
    if head is None or session.conversation.last_question is None:
        raise UsageError("There is no question to ask again.")
    if argument:
        session.change_model(parse_word(argument, "model"))
    session.record(session.conversation.retry())
    return AskModel(otherwise=head)


@command("/continue")
def go_on(session: Session, _argument: str) -> Outcome:
    """Ask for the rest of an answer that was cut off, or stopped."""
    path = session.conversation.path
    if not path or path[-1].role != "assistant":
        raise UsageError("There is no answer to go on with.")
    answer = path[-1]
    if answer.message.stop_reason in ("end_turn", "stop_sequence"):
        raise UsageError("The last answer is whole.")
    session.add(user_message(ask_for_rest(answer.message.text)))
    return AskModel(otherwise=answer.id)


@command("/edit [N]")
def edit(session: Session, argument: str) -> Outcome:
    """Edit your last message, or the N-th last, and go on from there; what followed the
    old one stays in the tree. Left empty, nothing changes."""
    count = parse_count(argument, default=1)
    asked = [turn for turn in session.conversation.path if turn.role == "user"]
    if not asked:
        raise UsageError("There is no message of yours to edit.")
    if count > len(asked):
        raise UsageError(f"There are {len(asked)} messages of yours, not {count}.")
    return Edit(asked[-count].id)


@command("/undo [N]")
def undo(session: Session, argument: str) -> Outcome:
    """Take back the last N exchanges (1 if not said); they stay in the file."""
    count = parse_count(argument, default=1)
    asked = sum(turn.message.role == "user" for turn in session.conversation.path)
    if not asked:
        raise UsageError("There is nothing to undo.")
    session.record(session.conversation.undo(min(count, asked)))
    return Done(f"Took back {_exchanges(min(count, asked))}.")


def _exchanges(count: int) -> str:
    return "1 exchange" if count == 1 else f"{count} exchanges"


@command("/tree [N|all]")
def tree(session: Session, argument: str) -> Outcome:
    """Draw the branches, or go on after turn N of the drawing; all leaves no turn out."""
    conversation = session.conversation
    if not conversation.turn_count:
        return Done("Nothing has been said yet.")
    if argument not in ("", "all"):
        return _go_to(session, parse_count(argument, default=1))
    lines = draw(conversation, now=session.clock(), whole=argument == "all")
    fence = "`" * max(3, 1 + max(line.count("`") for line in lines))
    drawing = "\n".join([fence, *lines, fence])
    return ShowReport(f"{drawing}\n\n`/tree N` goes on after turn N.\n")


def _go_to(session: Session, number: int) -> Outcome:
    """After a question of the user's means after its newest answer."""
    conversation = session.conversation
    ids = [id for id, _ in conversation.outline()]
    if number > len(ids):
        raise UsageError(f"There are {len(ids)} turns; /tree draws them.")
    turn = conversation.turn(ids[number - 1])
    answers_to = ""
    if turn.role == "user" and (answers := _answers(conversation, turn.id)):
        turn = conversation.turn(answers[-1])
        answers_to = f", the answer to {number}"
    if turn.id != conversation.head:
        session.record(conversation.jump(turn.id))
    unanswered = " It has no answer yet: /retry asks it." if turn.role == "user" else ""
    notice = f"Here is turn {ids.index(turn.id) + 1} of {len(ids)}{answers_to}.{unanswered}"
    return Replay(notice, exchanges=SHOWN_AFTER_A_JUMP)


def _answers(conversation: Conversation, question: str) -> list[str]:
    below = [id for id, parent in conversation.outline() if parent == question]
    return [id for id in below if conversation.turn(id).role == "assistant"]


@command("/fork")
def fork(session: Session, _argument: str) -> Outcome:
    """Go on in a copy, as a conversation of its own; this one stays as it is."""
    old = session.conversation
    if not old.turn_count:
        raise UsageError("There is nothing to copy yet.")
    session.switch(*session.archive.fork(old))
    new = session.conversation
    return Done(f"This is {new.title!r} ({new.id[:8]}) now; {old.id[:8]} stays as it was.")


@command("/rename [TITLE]")
def rename(session: Session, argument: str) -> Outcome:
    """Give the conversation a title, or show the one that it has."""
    if argument:
        session.record(session.conversation.rename(argument))
    return Done(f"The title is {session.conversation.title!r}.")


@command("/incognito [off]")
def incognito(session: Session, argument: str) -> Outcome:
    """Begin a conversation that is not saved: from here on nothing is written, what you
    type included, until /incognito off (or, for one conversation, /save)."""
    if argument:
        parse_choice(argument, ("off",))
    if argument and session.archive.saves:
        return Done("Conversations are saved.")
    archive = session.archive
    session.archive = archive.saving() if argument else archive.not_saving()
    session.begin()
    if argument:
        return Done("New conversation, saved as usual.")
    return Done("New conversation, not saved: nothing from here on is written to disk.")
