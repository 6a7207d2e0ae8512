"""The parser of the command line, built from the table of options.

Owns argparse. Reads no variable, no file and no terminal (the width is an argument). Values
stay texts: `settings.resolve` parses them, so that a flag and a variable fail alike.

Rule 1: options may come before and after the prompt; after `--`, everything is prompt.
Rule 2: no abbreviations, because a new option must not change the meaning of a script.
Rule 3: incorrect use raises UsageError, one line that names the nearest option.
Rule 4: -r takes the next word as its REF. It has no REF at the end of the line and before an
option or --.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from streamchat.cli.invocation import Invocation, ReportKind
from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted
from streamchat.core.options import EXPORT_FORMATS
from streamchat.core.options.rows import Group, Kind, Option
from streamchat.core.settings import Layer, RawValue, SettingSource, did_you_mean

# argparse reads "-p is a flag" as -p; how it reads the rest depends on its version.
_DASHED_PROMPT = re.compile(r"-[A-Za-z]\s")
_EPILOG = """\
Each setting also has an environment variable (STREAMCHAT_MODEL and so on) and
a key in ~/.config/streamchat/config.toml. The opposite of an option turns it
off: --no-quiet, --save. Put a prompt that starts with a dash after --.

examples:
  streamchat                               chat
  streamchat 'What is ENOTTY?'             print one answer and exit
  git diff | streamchat 'Review this.'     send the piped text, then the prompt
  streamchat -c 'Now in one line.'         continue the newest conversation
  streamchat --demo                        try it without a key

exit status:
  0 success · 1 other failure · 2 incorrect use · 65 invalid request ·
  66 no such conversation or file · 69 server unreachable · 74 disk error ·
  75 try again later · 76 the answer was cut off · 77 no key or no permission ·
  78 invalid configuration · 129, 130, 141, 143 ended by a signal
"""


def parse_arguments(argv: Sequence[str], options: Sequence[Option]) -> Invocation:
    """Parse a command line (without the program's name). Raises UsageError."""
    words = list(argv)
    cut = words.index("--") if "--" in words else len(words)
    parser = build_parser(options)
    for word in words[:cut]:
        if _DASHED_PROMPT.match(word):
            parser.error(f"{quoted(word)}: put -- before a prompt that starts with a dash")
    taken, extra = parser.parse_known_intermixed_args(words[:cut])
    unknown = [word for word in extra if word.startswith("-") and word != "-"]
    if unknown:
        parser.error(_unknown(unknown[0], options))
    prompt = " ".join([*taken.prompt, *words[cut + 1 :]])
    report, report_words = _report(taken)
    attached = tuple(taken.attach or ())
    forces = taken.force is not None
    attaches = not report and (attached or taken.role or taken.prompt_name)
    if forces and report is not ReportKind.EXPORT and not attaches:
        parser.error(
            f"{taken.force.flag}: only --export, --attach, --role and --prompt take it"
        )
    settings = {row.name for row in options if row.is_setting}
    values = {name: value for name, value in vars(taken).items() if name in settings and value}
    script = taken.script.text if taken.script else ""
    if script and (prompt or taken.prompt_name or report):
        parser.error(f"{taken.script.name}: the script asks; give no prompt and no report")
    picks = isinstance(values.get("resume"), _LeftOut)
    if picks:
        flag = values.pop("resume").name
        if "continue_newest" in values:
            parser.error(f"{flag} cannot be combined with {values['continue_newest'].name}")
    layer = Layer(SettingSource.FLAG, values)
    return Invocation(
        prompt,
        attached,
        report,
        report_words,
        layer,
        picks,
        forces,
        is_literal=cut < len(words),
        prompt_name=taken.prompt_name.text if taken.prompt_name else "",
        script=script,
        others=_others(taken),
        is_blind=bool(taken.blind and taken.blind.text == "on"),
        words=(*taken.prompt, *words[cut + 1 :]),
    )


def _others(taken: argparse.Namespace) -> tuple[str, ...]:
    """The models of --compare."""
    if taken.compare is None:
        if taken.blind:
            raise UsageError(f"{taken.blind.name}: only --compare takes it")
        return ()
    models = tuple(filter(None, re.split(r"[,\s]+", taken.compare.text)))
    if not models:
        raise UsageError(f"{taken.compare.name}: name at least one model")
    return models


def help_text(options: Sequence[Option], *, width: int) -> str:
    return build_parser(options, width=width).format_help()


def build_parser(options: Sequence[Option], *, width: int = 80) -> argparse.ArgumentParser:
    """The parser for a table; its namespace has a RawValue, a list or None for each row."""
    parser = _ArgumentParser(
        prog="streamchat",
        usage="streamchat [OPTIONS] [PROMPT...]",
        description="Chat with Claude in the terminal, or ask a single question.",
        epilog=_EPILOG,
        formatter_class=lambda prog: _Formatter(prog, max_help_position=30, width=width),
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument(
        "prompt", nargs="*", metavar="PROMPT", help="the question; words are joined by spaces"
    )
    for group in Group:
        section = parser.add_argument_group(group.value)
        for row in options:
            if row.group is group and row.flags:
                _add(section, row)
    return parser


class _ArgumentParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (streamchat --help lists the options)")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Shows the value once: `-m, --model ID`, not `-m ID, --model ID`."""

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        metavar = (
            action.metavar
            if isinstance(action.metavar, str)
            else " ".join(action.metavar or ())
        )
        return f"{', '.join(action.option_strings)} {metavar}"


def _add(section: argparse._ArgumentGroup, row: Option) -> None:
    text = row.help.replace("%", "%%")
    if row.choices:
        text += f" ({', '.join(row.choices)})"
    match row.default:
        case None | () | False:
            pass
        case True:
            text += f" [on; {row.opposite}: off]"
        case float(number):
            text += f" [{number:g}]"
        case default:
            text += f" [{default}]"
    words: dict[str, Any] = {"dest": row.name, "help": text, "default": None}
    if row.kind is Kind.LIST:
        section.add_argument(*row.flags, action="append", metavar=row.metavar, **words)
    elif row.group is Group.REPORTS:
        metavar = tuple(row.metavar.split())
        is_optional = row.metavar.startswith("[")
        words |= {"nargs": "?" if is_optional else len(metavar)}
        words |= {"metavar": row.metavar if is_optional else metavar}
        section.add_argument(*row.flags, action=_Ask, **words)
    elif row.kind is Kind.ON_OFF:
        section.add_argument(*row.flags, action=_Keep, nargs=0, const="on", **words)
    elif row.kind is Kind.TEXTS:
        section.add_argument(*row.flags, action=_Add, metavar=row.metavar, **words)
    elif row.metavar.startswith("["):
        section.add_argument(*row.flags, action=_Keep, nargs="?", metavar=row.metavar, **words)
    else:
        section.add_argument(*row.flags, action=_Keep, metavar=row.metavar, **words)
    _add_shortcuts(section, row)


def _add_shortcuts(section: argparse._ArgumentGroup, row: Option) -> None:
    for flag, value in row.shortcuts:
        section.add_argument(
            flag, dest=row.name, action=_Keep, nargs=0, const=value, default=None,
            help=f"{row.long_flag} {value}",
        )  # fmt: skip
    if row.opposite:
        section.add_argument(
            row.opposite, dest=row.name, action=_Keep, nargs=0, const="off", default=None,
            help=argparse.SUPPRESS,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """The value of an option whose optional value was left out."""

    name: str  # of the flag


@dataclass(frozen=True, slots=True)
class _Asked:
    """A report with its arguments."""

    flag: str
    words: tuple[str, ...]


class _Keep(argparse.Action):
    """Keep the words of a flag together with the flag that gave them."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest)
        setattr(namespace, self.dest, self._value(option_string or self.dest, values, before))

    def _value(self, flag: str, words: str | Sequence[Any] | None, before: Any) -> object:
        if words is None:
            return _LeftOut(flag)
        return RawValue((words if isinstance(words, str) else str(self.const)).strip(), flag)


class _Add(_Keep):
    """Keep each text that a repeated flag gives, as a JSON list."""

    def _value(self, flag: str, words: str | Sequence[Any] | None, before: Any) -> object:
        texts = json.loads(before.text) if before else []
        return RawValue(json.dumps([*texts, words]), flag)


class _Ask(_Keep):
    """Keep the arguments of a report."""

    def _value(self, flag: str, words: str | Sequence[Any] | None, before: Any) -> object:
        return _Asked(flag, (words,) if isinstance(words, str) else tuple(words or ()))


def _report(taken: argparse.Namespace) -> tuple[ReportKind | None, tuple[str, ...]]:
    asked: dict[ReportKind, _Asked] = {
        report: found for report in ReportKind if (found := getattr(taken, report.value, None))
    }
    for report in (ReportKind.HELP, ReportKind.VERSION):
        if report in asked:
            return report, ()
    if len(asked) > 1:
        flags = " and ".join(each.flag for each in asked.values())
        raise UsageError(f"{flags} cannot be combined")
    for report, each in asked.items():
        if report is ReportKind.EXPORT and each.words[0] not in EXPORT_FORMATS:
            formats = ", ".join(EXPORT_FORMATS)
            raise UsageError(f"{each.flag} {quoted(each.words[0])}: give one of {formats}")
        return report, each.words
    return None, ()


def _unknown(word: str, options: Sequence[Option]) -> str:
    from streamchat.cli.other_programs import hint_for_flag

    flag = word.partition("=")[0]
    if hint := hint_for_flag(flag):
        return f"unknown option {quoted(flag)}; {hint}"
    known = [each for row in options for each in (*row.flags, row.opposite) if each]
    return f"unknown option {quoted(flag)}{did_you_mean(flag, known)}"
