"""Tells the screen of a chat what to show about the session: labels, the title of the window,
and the style of a sent question."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from streamchat.cli.run import Run
from streamchat.core.terminal import Depth
from streamchat.core.theme import question_colours

if TYPE_CHECKING:
    from streamchat.app.session import Session
    from streamchat.render.screen.terminal_screen import TerminalScreen


def style_question(screen: TerminalScreen) -> str:
    """The style of a sent text in prompt_toolkit's words, once the background is known."""
    look = screen.look
    colours = question_colours(look.theme) if look.depth >= Depth.COLOURS_256 else None
    return f"fg:#{colours[0]} bg:#{colours[1]}" if colours else ""


def describe_session(run: Run, session: Session, screen: TerminalScreen) -> None:
    """Give the screen the label of an answer, the title of the window, and whether to
    notify."""
    from streamchat.app.status_line import label_answer, stamp_answer
    from streamchat.render.screen.attention import Attention

    screen.label = partial(label_answer, session)
    screen.stamp = partial(stamp_answer, session)
    screen.attention = Attention(
        screen.write,
        run.env.terminal,
        title=lambda: session.conversation.title,
        shows_title=lambda: session.preferences.window_title,
        notify=lambda: session.preferences.notify,
    )
