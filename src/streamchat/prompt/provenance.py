"""Which text was typed and which is data, in the line of the prompt and in what is sent.

The line is the content of the prompt. If it begins with VERBATIM (shown as "[text]") or with
the stand-in of a folded paste, it is a message as it is, even if it looks like a command. Any
other line was typed: it may be a command, and the rules of `entry` hold.

Rule: a round trip changes nothing. The line made from a sent text (handed back, or recalled
from the history) sends that text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from streamchat.core.input_line import (
    VERBATIM,
    CommandLine,
    CommandNames,
    Nothing,
    Say,
    ShellCommand,
    parse_input,
    typed,
)
from streamchat.core.mentions import QUOTED_AT, unquote_mentions
from streamchat.prompt.entry import (
    as_message,
    block_content,
    block_is_open,
    continues,
    message,
    normalised,
)
from streamchat.prompt.history_file import HistoryEntry
from streamchat.prompt.pastes import Pastes, is_stand_in

_COMMAND_HEAD = re.compile(r"/\S+\s*")


def is_verbatim(line: str) -> bool:
    """Whether the line is a message as it is, even if it looks like a command."""
    return line.startswith(VERBATIM) or is_stand_in(line[:1])


@dataclass(frozen=True, slots=True)
class Provenance:
    """The rules for a prompt with these names of commands."""

    names: CommandNames
    pastes: Pastes

    def line_that_sends(self, text: str) -> str:
        """The line that sends exactly `text`; a large text is folded."""
        folded = self.pastes.folded(text)
        if folded != text:
            return folded
        return self.unfolded(text)

    def line_of_input(self, text: str) -> str:
        """The line for an input in the form that `sent_input` gives it."""
        match parse_input(text, self.names):
            case Say(said, mentions):
                is_typed = mentions and self.text(text) == said
                return text if is_typed else self.line_that_sends(normalised(said))
            case CommandLine(name) if name in self.names.multiline:
                head = _COMMAND_HEAD.match(text)
                end = head.end() if head else 0
                return text[:end] + self.pastes.folded(text[end:])
            case CommandLine() | ShellCommand() | Nothing():
                return text

    def text_for_editor(self, line: str) -> str:
        """What the line sends, because what comes back is sent as it is; a command stays as it
        stands."""
        match parse_input(self.sent_input(line), self.names):
            case Say(said):
                return said
            case CommandLine() | ShellCommand() | Nothing():
                return self.text(line)

    def line_after_editor(self, before: str, after: str) -> str:
        """The line for the text that an editor made of `before`: data, unless a typed command
        that takes several lines is still there."""
        old = parse_input(self.pastes.expanded(before), self.names)
        new = parse_input(after, self.names)
        if isinstance(old, CommandLine) and isinstance(new, CommandLine):
            is_same = old.name == new.name and old.name in self.names.multiline
            if is_same:
                return self.line_of_input(after)
        return self.line_that_sends(after)

    def pasted_at_start(self, line: str) -> str:
        """The line when its beginning was just pasted: several lines are data."""
        return self.unfolded(line) if "\n" in line and not is_verbatim(line) else line

    def unfolded(self, text: str) -> str:
        """The line that sends exactly `text`, which is not folded."""
        if text.startswith(VERBATIM):
            return text
        line = typed(text, self.names)
        is_plain = block_content(line) is None and not block_is_open(line)
        return line if is_plain and not continues(line) else VERBATIM + text

    def line_of_entry(self, entry: HistoryEntry) -> str:
        """The line that Up brings back."""
        if entry.is_verbatim:
            return self.line_that_sends(entry.text)
        if self.pastes.folded(entry.text) == entry.text:
            return entry.text  # as it was typed, quotes and all
        return self.line_of_input(message(entry.text, self.names))

    def entry(self, line: str, conversation: str | None) -> HistoryEntry:
        """The entry of the history for a line that was sent."""
        text = self._content(line)
        is_data = is_verbatim(line) or QUOTED_AT in text
        return HistoryEntry(unquote_mentions(text), conversation, is_data)

    def sent_input(self, line: str) -> str:
        """The input for the application when the line is sent."""
        make = as_message if is_verbatim(line) else message
        return make(self._content(line), self.names)

    def text(self, line: str) -> str:
        """The text of the line, whole and without a mark."""
        return unquote_mentions(self._content(line))

    def _content(self, line: str) -> str:
        """The text of the line, in which an `@` that is data is still quoted."""
        text = self.pastes.expanded(line).replace(VERBATIM, "")
        return QUOTED_AT.join(map(normalised, text.split(QUOTED_AT)))
