"""An old message that is in the prompt again."""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.core.messages import Message


@dataclass(frozen=True, slots=True)
class MessageEdit:
    """When sent, it follows the turn `after`, with the attachments that it had."""

    after: str | None
    message: Message

    def describe_kept(self) -> str:
        """A line about its attachments; "" if it has none."""
        count = sum(block.get("type") != "text" for block in self.message.content)
        kept = "Its attachment is" if count == 1 else f"Its {count} attachments are"
        return f"{kept} kept." if count else ""
