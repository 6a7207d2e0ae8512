"""Saves the text of a reply while it arrives, at most 2 s or 4 KB late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

CHECKPOINT_S = 2.0
CHECKPOINT_BYTES = 4096


@dataclass(slots=True)
class Checkpoints:
    """`save` gets each piece of the text once, in order."""

    save: Callable[[str], object]
    _unsaved: list[str] = field(default_factory=list)
    _unsaved_bytes: int = 0
    _timer: asyncio.TimerHandle | None = None

    def note(self, text: str) -> None:
        """Text has arrived."""
        self._unsaved.append(text)
        self._unsaved_bytes += len(text.encode(errors="replace"))
        if self._unsaved_bytes >= CHECKPOINT_BYTES:
            self._save_now()
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(CHECKPOINT_S, self._save_now)

    def forget(self) -> None:
        """The whole reply is about to be stored, so no more pieces are saved."""
        self._unsaved.clear()
        self._unsaved_bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _save_now(self) -> None:
        text = "".join(self._unsaved)
        self.forget()
        self.save(text)
