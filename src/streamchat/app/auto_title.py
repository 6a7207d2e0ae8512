"""A title from a cheap model, asked once in a conversation.

Rules: its probable cost is reserved under the caps before it is sent; its real cost is charged.
Nothing but the title of the conversation changes. Only a few lines of its text are sent.
"""

from __future__ import annotations

from contextlib import aclosing

from streamchat.app.session import Session
from streamchat.core.conversation import one_line
from streamchat.core.errors import StreamchatError
from streamchat.core.messages import Request, Usage, user_message
from streamchat.core.model_names import FAMILIES
from streamchat.core.ports import Source
from streamchat.core.reply import ReplyFold
from streamchat.core.spending import Reservation

CHEAP = "haiku"
AFTER_QUESTIONS = 2
LEAVING_S = 2.0  # wait for a title that is due when the program ends
_MOST_TOKENS = 60
_MOST_SENT = 1500  # characters of each turn
_ASKED = (
    "Give this conversation a title of at most six words, in its own language. Answer with the"
    " title alone.\n\n"
)


def is_due(session: Session) -> bool:
    """Whether the second exchange has ended, now or in an earlier chat, and there is no title
    yet."""
    path = session.conversation.path
    asked = sum(turn.role == "user" for turn in path)
    is_answered = bool(path) and path[-1].role == "assistant"
    return asked >= AFTER_QUESTIONS and is_answered and not session.conversation.given_title


async def ask_title(session: Session, source: Source) -> str:
    """The title, without setting it. Raises StreamchatError."""
    request = _build_request(session)
    reservation = Reservation()
    fold = ReplyFold()
    if session.budget.binds:
        tokens = await source.count_tokens(request)
        probable = Usage(input_tokens=tokens, output_tokens=_MOST_TOKENS)
        reservation = session.budget.admit(request.model, probable)
    try:
        async with aclosing(source.stream(request)) as events:
            async for event in events:
                fold.feed(event)
    finally:
        _charge(session, request.model, fold.usage_so_far(), reservation)
    title = one_line(fold.text.strip().strip("\"'#*“”").strip())
    if not title:
        raise StreamchatError("The model gave no title.")
    return title


def _charge(
    session: Session, model: str, usage: Usage | None, reservation: Reservation
) -> None:
    if usage is None:
        session.budget.release(reservation)
    else:
        price = session.budget.price(model, usage)
        session.budget.charge(model, usage, price, reservation)


def _build_request(session: Session) -> Request:
    """The cheap model of Anthropic; at another server, the model of the conversation."""
    cheap = session.model_names(CHEAP)
    own = session.conversation.model
    said = [
        f"{'User' if turn.role == 'user' else 'Assistant'}: {turn.message.text[:_MOST_SENT]}"
        for turn in session.conversation.path[: 2 * AFTER_QUESTIONS]
        if turn.role != "system"
    ]
    return Request(
        model=own if cheap in FAMILIES else cheap,
        messages=(user_message(_ASKED + "\n\n".join(said)),),
        max_tokens=_MOST_TOKENS,
        cache=False,
    )
