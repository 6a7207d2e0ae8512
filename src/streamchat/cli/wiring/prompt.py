"""Builds the prompt from the settings and the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from streamchat.cli.environment import Environment
from streamchat.cli.run import Run
from streamchat.core.errors import UsageError
from streamchat.core.keymap import LINE_KEYMAP, build_keymap
from streamchat.core.prompt_settings import PromptSettings
from streamchat.core.terminal import Depth

if TYPE_CHECKING:
    from streamchat.core.ports import Asker
    from streamchat.prompt import PlainPrompt, PromptLook


def read_prompt_settings(run: Run) -> PromptSettings:
    """What is set for the prompt. Where the terminal edits the line, no key can be bound."""
    settings = run.settings
    if run.env.terminal.is_append_only:
        return PromptSettings(LINE_KEYMAP, opens_menu=False)
    keymap = build_keymap(
        settings.key_bindings,
        is_vi=settings.keys == "vi",
        enter_sends=settings.enter == "send",
    )
    return PromptSettings(keymap, settings.menu == "typing", settings.favorite_models)


def build_prompt_look(env: Environment) -> PromptLook:
    """The look of the prompt on the terminal of stdout."""
    from streamchat.prompt import PromptLook

    terminal = env.terminal
    return PromptLook(
        unicode=terminal.unicode,
        colour=terminal.depth >= Depth.COLOURS_16,
        has_256_colours=terminal.depth >= Depth.COLOURS_256,
        marks=terminal.takes_osc,
        joins=terminal.traits.joins,
        may_have_protocol=terminal.may_have_keyboard_protocol,
        here=str(env.cwd),
        status_line=terminal.is_live,
    )


def open_plain_prompt(env: Environment, keys: TextIO) -> PlainPrompt:
    """The prompt of a terminal where nothing may be drawn again."""
    from streamchat.prompt import PlainPrompt

    sign = "You: " if env.terminal.is_accessible else "> "
    return PlainPrompt(keys, env.stdout, sign, env.take_unread)


def open_asker(run: Run, keys: TextIO) -> Asker:
    """The reader that answers questions before a chat."""
    from streamchat.prompt import open_keyboard, open_output
    from streamchat.prompt.menu import Menu

    env, terminal = run.env, run.env.terminal
    if terminal.is_append_only:
        return open_plain_prompt(env, keys)
    output = open_output(env.stdout, terminal)
    keymap = read_prompt_settings(run).keymap
    return Menu(open_keyboard(keys), output, build_prompt_look(env), lambda: keymap)


@contextmanager
def keyboard(run: Run) -> Iterator[TextIO]:
    """The keyboard: stdin, or the terminal itself if stdin is a pipe."""
    if run.env.stdin.isatty():
        yield run.env.stdin
        return
    with ExitStack() as stack:
        try:
            terminal = stack.enter_context(Path("/dev/tty").open())
        except OSError as error:
            raise UsageError("There is no terminal for a chat. Give a prompt.") from error
        yield terminal
