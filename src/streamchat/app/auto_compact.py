"""What happens when a conversation nearly fills the model's context window.

Rule: at 80% the user is asked once what to do, and the answer is remembered as the setting
`auto_compact`. With it on, the program compacts by itself at 95%. An Enter that was meant for
something else changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.app.context_window import Context, warning
from streamchat.app.session import Session
from streamchat.core.errors import StreamchatError
from streamchat.core.ports import Reader

ASK, ON, OFF = "ask", "on", "off"  # values of auto_compact
COMPACTS_AT = 0.95
_NOW, _LATER = "now", "later"
_QUESTION = "Replace the earlier turns with a summary?"
_OPTIONS = (
    (_NOW, "Compact now"),
    (ON, "Always compact at 95%, without asking"),
    (OFF, "Never"),
    (_LATER, "Not now"),
)


@dataclass(frozen=True, slots=True)
class CompactDecision:
    """What to say, and whether to compact."""

    notice: str = ""
    compacts: bool = False


async def decide_compaction(
    session: Session, context: Context | None, reader: Reader | None, *, is_news: bool
) -> CompactDecision:
    """Decide what to do about a window this full. `reader` asks the user, if there is one;
    `is_news` is False when the user knows already."""
    said = warning(context)
    if context is None or not said:
        return CompactDecision()
    choice = session.preferences.auto_compact
    if choice == ON and context.share >= COMPACTS_AT:
        return CompactDecision(f"{said.partition('. ')[0]}. Compacting now.", compacts=True)
    if choice != ASK or reader is None or not is_news:
        return CompactDecision(said if is_news else "")
    answer = await reader.choose(
        f"{said.partition('. ')[0]}. {_QUESTION}",
        _OPTIONS,
        current=_LATER,
        comes_by_itself=True,
    )
    if answer is None or answer in (_NOW, _LATER):
        return CompactDecision(compacts=answer == _NOW)
    session.preferences.auto_compact = answer
    return CompactDecision(_remember(session, answer))


def _remember(session: Session, answer: str) -> str:
    try:
        return session.configuration.save("auto_compact", answer)
    except StreamchatError as error:
        return f"This applies until you leave: {error.message}"
