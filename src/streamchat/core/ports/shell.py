"""The user's shell, for `!command`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ShellRun:
    """How a command ended: its exit status, or a signal as a negative number. `output` is what
    it wrote, cut to what can be attached; None if it used the terminal directly."""

    status: int
    output: str | None


class Shell(Protocol):
    """Runs a command as the user would, in their directory."""

    async def run(self, command: str) -> ShellRun:
        """Run it to its end and show what it writes. Ctrl-C stops the command. Raises
        UsageError where it cannot be started."""
