"""The sequences by which terminals jump from prompt to prompt (OSC 133)."""

from __future__ import annotations

from dataclasses import dataclass

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.output import Output

_PROMPT_START, _INPUT_START = "\x1b]133;A;redraw=0\a", "\x1b]133;B\a"
_OUTPUT_START, _OUTPUT_END = "\x1b]133;C\a", "\x1b]133;D\a"


@dataclass(slots=True)
class ShellMarks:
    """ShellMarks prompt, input and output; does nothing where it is off."""

    output: Output
    is_on: bool
    _is_output: bool = False

    def around(self, sign: str) -> StyleAndTextTuples:
        """The sign before the input, marked as the prompt."""
        if not self.is_on:
            return [("", sign)]
        return [
            ("[ZeroWidthEscape]", _PROMPT_START),
            ("", sign),
            ("[ZeroWidthEscape]", _INPUT_START),
        ]

    def begin_output(self) -> None:
        """The input was sent."""
        if self.is_on:
            self._write(_OUTPUT_START)
            self._is_output = True

    def end_output(self) -> None:
        """The next prompt comes."""
        if self._is_output:
            self._write(_OUTPUT_END)
            self._is_output = False

    def _write(self, mark: str) -> None:
        self.output.write_raw(mark)
        self.output.flush()
