"""The commands that move in the tree of turns. They never remove a turn."""

from __future__ import annotations

from functools import partial

from streamchat.app.commands.arguments import parse_choice, parse_count, parse_word
from streamchat.app.commands.outcomes import (
    AskModel,
    AskTitle,
    Compare,
    Done,
    Edit,
    LongWork,
    Outcome,
    Replay,
    ShowReport,
    when_done,
)
from streamchat.app.commands.outline import draw, tell
from streamchat.app.commands.registry import Topic, command
from streamchat.app.commands.unsaved import unless_unsaved
from streamchat.app.compaction_prompts import ask_for_rest
from streamchat.app.session import Session
from streamchat.core.conversation import AUTOMATIC, Conversation
from streamchat.core.errors import UsageError
from streamchat.core.messages import user_message

SHOWN_AFTER_A_JUMP = 2  # exchanges


@command("/retry [MODEL]", topic=Topic.ANSWERS)
def retry(session: Session, argument: str) -> Outcome:
    """Ask the last question again; with MODEL, ask that model just this once. The old answer
    stays in the tree."""
    head = session.conversation.head
    if head is None or session.conversation.last_question is None:
        raise UsageError("There is no question to ask again.")
    model = session.model_names(parse_word(argument, "model"))
    session.record(session.conversation.retry())
    return AskModel(head, model if model != session.conversation.model else "")


@command("/compare [--blind] MODEL [MODEL…]", topic=Topic.ANSWERS)
def compare(session: Session, argument: str) -> Outcome:
    """Ask other models the last question too, all at the same time, and show the answers
    side by side. A digit alone as the next message keeps one; any other message continues
    from the first answer. All stay in the tree. The key that stops an answer stops all of
    them, or the one whose digit was typed before it. --blind hides the names until one is
    kept; you recognise an answer that you have read before."""
    words = argument.split()
    models = tuple(word for word in words if word != "--blind")
    if session.conversation.last_question is None:
        raise UsageError("There is no question to compare answers to.")
    if not models:
        raise UsageError("Name the models: /compare MODEL [MODEL…].")
    return Compare(models, is_blind=len(models) < len(words))


@command("/continue", topic=Topic.ANSWERS)
def continue_answer(session: Session, _argument: str) -> Outcome:
    """Ask for the rest of an answer that was cut off or stopped."""
    path = session.conversation.path
    if not path or path[-1].role != "assistant":
        raise UsageError("There is no answer to continue.")
    answer = path[-1]
    if answer.message.stop_reason in ("end_turn", "stop_sequence"):
        raise UsageError("The last answer is complete.")
    if session.conversation.is_paused:
        return AskModel(otherwise=answer.id)
    question = user_message(ask_for_rest(answer.message.text))
    return AskModel(otherwise=answer.id, question=question)


@command("/edit [N]", topic=Topic.ANSWERS)
def edit(session: Session, argument: str) -> Outcome:
    """Edit your last message, or your Nth last, and continue from there. The old message
    and its answers stay in the tree. An empty message changes nothing."""
    count = parse_count(argument, default=1)
    asked = [
        turn
        for turn in session.conversation.path
        if turn.role == "user" and AUTOMATIC not in turn.extra
    ]
    if not asked:
        raise UsageError("You have not sent a message yet.")
    if count > len(asked):
        raise UsageError(f"You have sent {len(asked)} messages, not {count}.")
    return Edit(asked[-count].id)


@command("/undo [N]", topic=Topic.ANSWERS)
def undo(session: Session, argument: str) -> Outcome:
    """Take back the last N exchanges (1 by default). They stay in the tree."""
    count = parse_count(argument, default=1)
    asked = sum(turn.message.role == "user" for turn in session.conversation.path)
    if not asked:
        raise UsageError("There is nothing to undo.")
    session.record(session.conversation.undo(min(count, asked)))
    return Done(f"Took back {_exchanges(min(count, asked))}.")


def _exchanges(count: int) -> str:
    return "1 exchange" if count == 1 else f"{count} exchanges"


@command("/tree [N|all]", topic=Topic.ANSWERS)
def tree(session: Session, argument: str) -> Outcome:
    """Draw the tree of turns; all shows every turn. With N, continue after turn N."""
    conversation = session.conversation
    if not conversation.turn_count:
        return Done("This conversation is empty.")
    if argument not in ("", "all"):
        return _go_to(session, parse_count(argument, default=1))
    return LongWork(partial(_draw, session, argument))


def _draw(session: Session, argument: str) -> Outcome:
    if session.is_read_aloud:
        told = tell(session.conversation, now=session.clock(), whole=argument == "all")
        return Done("\n".join([*told, "/tree N continues after turn N."]))
    lines = draw(session.conversation, now=session.clock(), whole=argument == "all")
    fence = "`" * max(3, 1 + max(line.count("`") for line in lines))
    drawing = "\n".join([fence, *lines, fence])
    return ShowReport(f"{drawing}\n\n`/tree N` continues after turn N.\n")


def _go_to(session: Session, number: int) -> Outcome:
    """Continue after a turn; after the newest answer if the turn is a question."""
    conversation = session.conversation
    ids = [id for id, _ in conversation.outline()]
    if number > len(ids):
        raise UsageError(f"There are only {len(ids)} turns (see /tree).")
    turn = conversation.turn(ids[number - 1])
    answers_to = ""
    is_asked = turn.role != "assistant"
    if is_asked and (answers := _answers(conversation, turn.id)):
        turn = conversation.turn(answers[-1])
        answers_to = f", the answer to {number}"
    if turn.id != conversation.head:
        session.record(conversation.jump(turn.id))
    unanswered = " It has no answer yet; /retry asks it." if turn.role != "assistant" else ""
    notice = f"Now at turn {ids.index(turn.id) + 1} of {len(ids)}{answers_to}.{unanswered}"
    return Replay(notice, exchanges=SHOWN_AFTER_A_JUMP)


def _answers(conversation: Conversation, question: str) -> list[str]:
    """The answers to a question; a system turn may come between."""
    above, answers = {question}, []
    for id, parent in conversation.outline():
        if parent in above:
            match conversation.turn(id).role:
                case "assistant":
                    answers.append(id)
                case "system":
                    above.add(id)
                case _:
                    pass
    return answers


@command("/fork", topic=Topic.CONVERSATIONS)
def fork(session: Session, _argument: str) -> Outcome:
    """Copy this conversation and continue in the copy. The original stays as it is."""
    old = session.conversation
    if not old.turn_count:
        raise UsageError("There is nothing to copy yet.")

    return unless_unsaved(session, lambda: LongWork(lambda: _forked(session, old)))


def _forked(session: Session, old: Conversation) -> Outcome:
    new, journal = session.archive.fork(old)

    def enter() -> Outcome:
        journal.verify()
        session.switch(new, journal)
        return Done(f"Now in the copy '{new.title}' ({new.id[:8]}). {old.id[:8]} is unchanged.")

    return when_done(enter)


@command("/rename [TITLE|auto]", topic=Topic.CONVERSATIONS)
def rename(session: Session, argument: str) -> Outcome:
    """Set the title of this conversation, or show it; auto asks a cheap model for one."""
    if argument == "auto":
        if session.conversation.last_reply is None:
            raise UsageError("There is nothing to name yet.")
        return AskTitle()
    if argument:
        session.record(session.conversation.rename(argument))
    return Done(f"The title is '{session.conversation.title}'.")


@command("/incognito [off]", topic=Topic.CONVERSATIONS)
def incognito(session: Session, argument: str) -> Outcome:
    """Start a conversation that is not saved. Nothing is written to disk, not even the history
    of what you type, until /incognito off; /save saves this one conversation."""
    if argument:
        parse_choice(argument, ("off",))
    if argument and session.archive.saves:
        return Done("Conversations are saved.")

    def begin() -> Outcome:
        archive = session.archive
        session.archive = archive.saving() if argument else archive.not_saving()
        session.begin()
        if argument:
            return Done("New conversation, saved as usual.")
        return Done("New conversation, not saved: nothing is written to disk from now on.")

    return unless_unsaved(session, begin)
