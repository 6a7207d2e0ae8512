"""Draw README's picture: the program on a pty, its screen exported as SVG by rich.

    python tests/picture.py

Runs `streamchat --demo`, types a question, waits for the answer to end, reads the
screen back through a terminal emulator and writes .github/streamchat.svg.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import MONOKAI
from rich.text import Text

from terminal import Terminal

TARGET = Path(__file__).parent.parent / ".github" / "streamchat.svg"
COLUMNS, ROWS = 84, 40
QUESTION = "tour"

# rich's own template less its web fonts: the picture fetches nothing.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px;
  font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})"
   clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def screen_of_a_session() -> pyte.Screen:
    """What stands on the terminal after one question."""
    home = tempfile.mkdtemp(prefix="streamchat-picture-")
    world = {"HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with Terminal("--demo", columns=COLUMNS, rows=ROWS, environ=world) as terminal:
        terminal.wait_for_prompt()
        terminal.type(f"{QUESTION}\r")
        terminal.wait_for("tok/s")
        terminal.wait_for_prompt()
        return terminal.screen


def as_text(screen: pyte.Screen) -> Text:
    """The screen as styled text, row by row."""
    text = Text()
    for y in range(screen.lines):
        row = screen.buffer[y]
        for x in range(screen.columns):
            text.append(row[x].data, build_part_style(row[x]))
        text.append("\n")
    text.rstrip()
    return text


def build_part_style(cell: pyte.screens.Char) -> Style:
    return Style(
        color=colour_of(cell.fg),
        bgcolor=colour_of(cell.bg),
        bold=cell.bold or None,
        italic=cell.italics or None,
        underline=cell.underscore or None,
        strike=cell.strikethrough or None,
        reverse=cell.reverse or None,
    )


def colour_of(name: str) -> str | None:
    if name == "default":
        return None
    if len(name) == 6 and all(digit in "0123456789abcdef" for digit in name):
        return f"#{name}"
    bright = name.removeprefix("bright")
    plain = {"brown": "yellow"}.get(bright, bright)
    return f"bright_{plain}" if bright != name else plain


def main() -> None:
    console = Console(record=True, width=COLUMNS, force_terminal=True, file=io.StringIO())
    console.print(as_text(screen_of_a_session()), no_wrap=True)
    TARGET.parent.mkdir(exist_ok=True)
    svg = console.export_svg(
        title="streamchat", theme=MONOKAI, code_format=FORMAT, unique_id="streamchat"
    )
    TARGET.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
