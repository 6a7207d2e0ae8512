"""The tokens, the cost and the models of a conversation: of every reply, in all branches."""

from __future__ import annotations

from streamchat.core.messages import Usage
from streamchat.core.records import EmptyReply, Turn, UnparsedTurn


class Totals:
    """Running sums. Replies are counted when someone asks; resuming does not need them."""

    def __init__(self) -> None:
        self._uncounted: list[Turn | UnparsedTurn | EmptyReply] = []
        self._cost_usd: float | None = None
        self._usage = Usage()
        self._models: dict[str, None] = {}

    def add(self, reply: Turn | UnparsedTurn | EmptyReply) -> None:
        if isinstance(reply, EmptyReply) or reply.role == "assistant":
            self._uncounted.append(reply)

    @property
    def cost_usd(self) -> float | None:
        """None if no reply has a price."""
        self._count()
        return self._cost_usd

    @property
    def usage(self) -> Usage:
        self._count()
        return self._usage

    @property
    def models(self) -> tuple[str, ...]:
        """The models that answered, as their servers name them, each once."""
        self._count()
        return tuple(self._models)

    def _count(self) -> None:
        for turn in self._uncounted:
            reply = turn.about_reply() if isinstance(turn, UnparsedTurn) else turn.message
            if reply.cost_usd is not None:
                self._cost_usd = (self._cost_usd or 0.0) + reply.cost_usd
            self._usage = self._usage.plus(reply.usage)
            if reply.model:
                self._models[reply.model] = None
        self._uncounted.clear()
