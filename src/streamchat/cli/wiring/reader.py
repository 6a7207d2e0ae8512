"""The prompt of a chat on a terminal, with everything that it shows and asks the session."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TextIO

from streamchat.app.commands.registry import command_names, prompt_rows, rows_by_topic
from streamchat.app.cycling import use_next_effort, use_next_model
from streamchat.app.prompt_keys import keymap_of, prompt_settings
from streamchat.app.session import Session
from streamchat.app.status_line import StatusLine
from streamchat.cli.command_arguments import CommandArguments
from streamchat.cli.run import Run
from streamchat.cli.screen_labels import style_question
from streamchat.cli.wiring.files import list_files, only_sendable
from streamchat.cli.wiring.prompt import build_prompt_look, open_plain_prompt
from streamchat.core.input_line import CommandNames
from streamchat.core.ports import Reader
from streamchat.core.terminal_answers import format_questions

if TYPE_CHECKING:
    from streamchat.prompt.early import EarlyPrompt
    from streamchat.render.screen.terminal_screen import TerminalScreen


def build_names(session: Session, *, runs_shell: bool) -> CommandNames:
    """The names that tell a command from a message."""
    prompts = (row.name for row in prompt_rows(session.templates))
    return replace(command_names(os.path.lexists, prompts), runs_shell=runs_shell)


def open_reader(
    run: Run,
    keys: TextIO,
    session: Session,
    screen: TerminalScreen,
    early: EarlyPrompt | None,
    *,
    on_ready: Callable[[], None],
    unfold: Callable[[], None],
    may_ask: Callable[[], bool],
) -> Reader:
    """The prompt on that terminal."""
    from streamchat.prompt import Hooks, Prompt, open_keyboard, open_output

    env = run.env
    if env.terminal.is_append_only:
        on_ready()
        return open_plain_prompt(env, keys)

    def learn(answer: str) -> None:
        terminal = screen.learn(answer)
        prompt.adapt(terminal.traits.joins, wants_grapheme_mode=terminal.wants_grapheme_mode)

    prompt = Prompt(
        open_keyboard(keys, early),
        open_output(env.stdout, env.terminal),
        history=None if run.settings.no_save else run.paths.history,
        drafts=None if run.settings.no_save else run.paths.drafts,
        commands=[*rows_by_topic(), *prompt_rows(session.templates)],
        names=build_names(session, runs_shell=run.settings.shell),
        arguments=CommandArguments(session, may_ask),
        environ=env.environ,
        look=build_prompt_look(env),
        questions=format_questions(env.terminal),
        hooks=Hooks(
            status=StatusLine(session).parts,
            question_style=partial(style_question, screen),
            conversation=lambda: session.conversation.id if session.journal.saves else None,
            on_ready=on_ready,
            notice=screen.notice,
            unfold=unfold,
            redraw=screen.repaint,
            show_ahead=screen.show_type_ahead,
            resting=screen.resting,
            on_answer=learn,
            keymap=partial(keymap_of, session),
            next_model=lambda: use_next_model(session),
            next_effort=lambda: use_next_effort(session),
            shows_menu=lambda: prompt_settings(session).opens_menu,
            list_files=partial(list_files, run),
            only_sendable=partial(only_sendable, run),
            paste=session.clipboard.paste,
            take_unread=env.take_unread,
        ),
    )
    return prompt
