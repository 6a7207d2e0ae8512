"""The style of a sent text, so that questions stand out among answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from prompt_toolkit.application import get_app
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput

from streamchat.prompt.completion import is_command

RowStyler: TypeAlias = Callable[[StyleAndTextTuples], StyleAndTextTuples]


@dataclass(slots=True)
class SentText(Processor):
    """Styles the cells of the text, and no others, when a prompt is drawn for the last time."""

    style: Callable[[], str]

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        fragments = transformation_input.fragments
        if not get_app().is_done:
            return Transformation(fragments)
        styled = self.build_styler(transformation_input.document.text)
        return Transformation(styled(fragments))

    def build_styler(self, text: str) -> RowStyler:
        """A function that styles a row of the text; a command keeps the look of typing."""
        style = "" if is_command(text) else self.style()

        def styled(row: StyleAndTextTuples) -> StyleAndTextTuples:
            return [(f"{each[0]} {style}", each[1]) for each in row] if style else row

        return styled
