"""Asks the user about files of the current directory, if there is a terminal."""

from __future__ import annotations

from streamchat.cli.environment import Environment
from streamchat.config.allowed import Verdict
from streamchat.config.trust_question import AskTrust, Question


def ask_on_terminal(env: Environment) -> AskTrust | None:
    """The function that asks; None if there is no terminal."""

    def ask(question: Question) -> Verdict:
        from streamchat.cli.trust_question import ask_user

        return ask_user(question, env)

    return ask if env.stdin.isatty() and env.stderr.isatty() else None
