"""How the prompt and the picker look: style names as data, and what a terminal can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prompt_toolkit.enums import EditingMode
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from streamchat.core.keymap import KeyMap
from streamchat.core.terminal import Joins
from streamchat.prompt.early import choose_sign

# The terminal's own 16 colours, so that its theme applies here too.
STYLE: Mapping[str, str] = {
    "prompt": "ansicyan bold",
    "remark": "dim",
    "status": "dim",
    "pasted": "ansicyan",
    "unsafe": "ansired",
    "auto-suggestion": "noinherit dim",
    "completion-menu": "noinherit",
    "completion-menu.completion": "noinherit",
    "completion-menu.completion.current": "noinherit reverse",
    "completion-menu.meta.completion": "noinherit dim",
    "completion-menu.meta.completion.current": "noinherit reverse dim",
    "chosen": "reverse",
    "question": "bold",
    "hit": "ansicyan bold",
}


@dataclass(frozen=True, slots=True)
class PromptLook:
    """How the prompt looks, and what the terminal can do. `style` overrides STYLE by class
    name; `joins` is what the terminal draws as one; `marks` are the OSC 133 sequences by which
    terminals jump from prompt to prompt; a terminal that `may_have_protocol` can be asked for
    the keyboard protocol of kitty."""

    unicode: bool = True
    colour: bool = True
    has_256_colours: bool = False
    joins: Joins = Joins.NOTHING
    marks: bool = True
    may_have_protocol: bool = False
    here: str = ""  # the directory whose conversations the picker marks
    status_line: bool = True
    style: Mapping[str, str] = field(default_factory=dict)

    @property
    def sign(self) -> str:
        """The sign before the typed text, and before a chosen row."""
        return choose_sign(unicode=self.unicode)

    def cut(self, text: str, width: int) -> str:
        """The text, or as much of it as fits before an ellipsis."""
        if get_cwidth(text) <= width:
            return text
        more = "…" if self.unicode else "..."
        room = width - len(more)
        taken = 0
        for at, character in enumerate(text):
            taken += get_cwidth(character)
            if taken > room:
                return text[:at] + more
        return text

    @property
    def normal_sign(self) -> str:
        """The same in the normal mode of vi."""
        return "❮ " if self.unicode else "< "

    @property
    def separator(self) -> str:
        """The text between the parts of a line."""
        return " · " if self.unicode else ", "

    @property
    def styles(self) -> Style:
        return Style.from_dict({**STYLE, **self.style})

    @property
    def depth(self) -> ColorDepth:
        if self.colour and self.has_256_colours:
            return ColorDepth.DEPTH_8_BIT
        return ColorDepth.DEPTH_4_BIT if self.colour else ColorDepth.DEPTH_1_BIT


def editing_mode_of(keymap: KeyMap) -> EditingMode:
    return EditingMode.VI if keymap.is_vi else EditingMode.EMACS
