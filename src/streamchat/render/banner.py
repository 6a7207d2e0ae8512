"""The lines above the first prompt, for callers that show them before the screen is opened."""

from __future__ import annotations

from streamchat.core.terminal import Terminal
from streamchat.core.theme import Appearance
from streamchat.render.literal import build_part_style, literal_rows
from streamchat.render.style import build_style


def format_banner(
    lines: list[str], *, appearance: Appearance, terminal: Terminal, columns: int
) -> str:
    """The text that `TerminalScreen.banner` would write to a terminal."""
    style = build_part_style(build_style(appearance, terminal), "notice")
    rows = literal_rows("\n".join(lines), columns, style=style)
    return "".join(f"{row.text}\r\n" for row in rows)
