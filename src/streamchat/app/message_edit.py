"""An old message that is in the prompt again."""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.core.messages import Block, Message


@dataclass(frozen=True, slots=True)
class MessageEdit:
    """When sent, it follows the turn `after`, with the attachments that it had."""

    after: str | None
    message: Message

    @property
    def attachments(self) -> tuple[Block, ...]:
        return tuple(block for block in self.message.content if block.get("type") != "text")

    def describe_kept(self) -> str:
        """A line about its attachments; "" if it has none."""
        count = len(self.attachments)
        kept = "Its attachment is" if count == 1 else f"Its {count} attachments are"
        return f"{kept} kept." if count else ""
