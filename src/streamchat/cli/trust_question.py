"""The question about ./.env: may this file set these?

Rules: every row is printable and fits the window, whatever the file holds; what redirects,
spends or reveals comes last, next to the question, and is marked; only a yes that is typed
after the question is on the screen allows the file. What was typed before it, and a line that
is not an answer, go to the next prompt.
"""

from __future__ import annotations

from streamchat.cli.environment import Environment
from streamchat.config.allowed import Verdict
from streamchat.config.trust_question import AskedSetting, Question
from streamchat.core.cell_cut import count_cells, cut_start_to_cells, cut_to_cells
from streamchat.core.sanitize import clean_line
from streamchat.posix.echo import with_echo
from streamchat.posix.signals import on_continued
from streamchat.posix.terminals import measure_width, take_waiting

_ANSWERS = {
    "": Verdict.UNDECIDED,
    "y": Verdict.ALLOWED,
    "yes": Verdict.ALLOWED,
    "n": Verdict.DENIED,
    "no": Verdict.DENIED,
}
_LEAST_VALUE = 24  # cells: a shorter one could hide the end of a host


def ask_user(question: Question, env: Environment) -> Verdict:
    """Ask on the terminal. After Enter alone, the question comes again next time."""

    def show() -> None:
        env.stderr.write(format_question(question, width=measure_width(env.stderr)))
        env.stderr.flush()

    with on_continued(show), with_echo(env.stdin.fileno()):  # a chat has it off
        before = take_waiting(env.stdin.fileno()).decode(errors="replace")
        _keep(before, env)
        if before and not before.endswith("\n"):
            env.stderr.write("\n")  # the terminal has shown it
        while True:
            show()
            line = env.stdin.readline()
            verdict = _ANSWERS.get(line.strip().lower())
            if verdict is not None:
                return verdict
            _keep(line, env)


def _keep(typed: str, env: Environment) -> None:
    if typed.strip():
        env.unread.append(typed.strip("\n"))


def format_question(question: Question, *, width: int) -> str:
    """The rows, and the question at their end."""
    about = f" (owner: {question.owner}) sets for streamchat:"
    path = cut_start_to_cells(clean_line(str(question.path)), width - 1 - len(about))
    rows = [cut_to_cells(path + about, width - 1)]
    rows += [_row(each, width - 1) for each in question.settings]
    asked = "Use this file, as long as it stays as it is? [y/N] "
    return "\n".join([*rows, asked])


def _row(asked: AskedSetting, width: int) -> str:
    head = f"{'!' if asked.risk else ' '} {asked.name} = "
    tail = f"  ({asked.risk})" if asked.risk else ""
    space = width - len(head) - len(tail)
    if space < min(_LEAST_VALUE, count_cells(asked.value)):
        space, tail = width - len(head), ""
    return cut_to_cells(f"{head}{cut_to_cells(asked.value, space)}{tail}", width)
