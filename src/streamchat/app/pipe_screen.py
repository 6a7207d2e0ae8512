"""The screen of a chat that nobody watches: a script.

Rules: stdout carries answers, and the reports that commands print; notices go to stderr.
Nothing is rendered. The caller reports failures, with their status.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from streamchat.app.json_lines import write_line
from streamchat.core.citations import cited_text
from streamchat.core.messages import Message
from streamchat.core.ports import ComparisonView, Copied, View
from streamchat.core.records import Turn
from streamchat.core.sanitize import clean_prose
from streamchat.core.schema import answer_markdown


@dataclass(slots=True)
class PipeScreen:
    """Implements ports.Screen. `open_view` begins a reply, `open_comparison` several; `note`
    writes a remark. With `is_json`, each output is an object on a line."""

    stdout: TextIO
    open_view: Callable[[], View]
    note: Callable[[str], None]
    open_comparison: Callable[[Sequence[str]], ComparisonView]
    is_json: bool = False
    _is_below_headings: bool = False  # the next output does not belong to the last heading

    def reply(self, *, model: str, trace: bool = False) -> View:
        self._leave_headings()
        return self.open_view()

    def compare(self, labels: Sequence[str]) -> ComparisonView:
        self._leave_headings()
        self._is_below_headings = True
        return self.open_comparison(labels)

    def _leave_headings(self) -> None:
        if self._is_below_headings and not self.is_json:
            self.stdout.write("\n")
        self._is_below_headings = False

    def banner(self, lines: list[str]) -> None:
        """Does nothing: a pipe has no banner."""

    def notice(self, text: str) -> None:
        self.note(text)

    def error(self, text: str) -> None:
        """See the rules of the module."""

    def markdown(self, source: str) -> None:
        if self.is_json:
            write_line(self.stdout, {"type": "report", "text": source})
            return
        self._leave_headings()
        text = clean_prose(source) if self.stdout.isatty() else source
        self.stdout.write(f"{text}\n")
        self.stdout.flush()

    async def history(
        self, turns: tuple[Turn, ...], *, model: str = "", whole: bool = False
    ) -> None:
        """Print turns only for a command that asks for all of them; a pipe needs no
        reminder."""
        if whole:
            for turn in turns:
                self._print(turn)

    async def redraw(self, message: Message) -> None:
        self.markdown(cited_text(message.content).rstrip("\n"))

    async def copy(self, text: str) -> Copied | None:
        """A script has no terminal to copy with."""
        return None

    def _print(self, turn: Turn) -> None:
        if turn.role == "assistant":
            self.markdown(answer_markdown(turn))
        else:
            lead = "System prompt: " if turn.role == "system" else ""
            lines = f"{lead}{turn.message.text}".split("\n")
            self.markdown("\n".join(f"> {line}".rstrip() for line in lines))
