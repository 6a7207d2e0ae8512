"""A question of yes or no.

Rule: only what is typed after the question is on the screen answers it. What was typed before
it, and a line that is not an answer, go to the next prompt, even if the user leaves the
question.
"""

from __future__ import annotations

import signal

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output
from prompt_toolkit.shortcuts.prompt import PromptSession
from prompt_toolkit.styles import Style

from streamchat.posix.fatal_signals import is_ignored
from streamchat.prompt.ahead import set_aside

ANSWERS = {"y": True, "yes": True, "n": False, "no": False}


async def confirm(
    keyboard: Input, output: Output, question: str, style: Style, *, default: bool
) -> bool:
    """Ask until the answer is yes or no. An empty line means the default; leaving means no."""
    session: PromptSession[str] = PromptSession(
        message=f"{question} {'[Y/n]' if default else '[y/N]'} ",
        enable_suspend=True,
        style=style,
        include_default_pygments_style=False,
        input=keyboard,
        output=output,
    )
    answers = {**ANSWERS, "": default}
    with set_aside(keyboard) as others:
        while True:
            try:
                typed = await session.prompt_async(
                    set_exception_handler=False, handle_sigint=not is_ignored(signal.SIGINT)
                )
            except (EOFError, KeyboardInterrupt):
                left = session.default_buffer.text
                if left.strip().lower() not in answers:
                    others.append(left)
                return False
            if (answer := answers.get(typed.strip().lower())) is not None:
                return answer
            others.append(typed)
