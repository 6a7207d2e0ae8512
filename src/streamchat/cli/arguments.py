"""The command line: a parser made from the table of options, and what a line asks for.

Owns argparse. Reads no variable, no file and no terminal (the width is an argument); values
stay texts, `settings.resolve` judges them, so that a flag and a variable fail alike.

Rule 1: options may stand before and after the prompt; after `--` everything is prompt.
Rule 2: no abbreviations: a script must not change meaning when an option is added.
Rule 3: wrong use is a UsageError, one line that names the nearest option; nothing exits.
Rule 4: -r takes the word behind it as its REF; it stands alone at the end of the line, and
before an option or --.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NoReturn

from streamchat.core.errors import UsageError
from streamchat.core.formatting import quoted
from streamchat.core.settings import (
    Given,
    Group,
    Kind,
    Layer,
    Option,
    SettingSource,
    did_you_mean,
)

# argparse reads "-p is a flag" as -p, and what it makes of the rest differs by version.
_DASHED_PROMPT = re.compile(r"-[A-Za-z]\s")
_EXPORT_FORMATS = ("md", "html", "json")
_EPILOG = """\
Every setting also has a variable (STREAMCHAT_MODEL, see .env.example) and a key in
~/.config/streamchat/config.toml; what is on is turned off by its opposite (--no-quiet, --save).
Words that start with a dash go after --.

examples:
  streamchat                               chat
  streamchat 'What is ENOTTY?'             one answer, then exit
  git diff | streamchat 'Review this.'     the piped text first, then the prompt
  streamchat -c 'And now in one line.'     go on with the newest conversation
  streamchat --demo                        try it without a key

exit status:
  0 done · 1 another failure · 2 wrong use · 65 the request was refused as invalid ·
  66 no such conversation or file · 69 the server cannot be reached · 74 the disk refused ·
  75 try again later · 76 the reply was cut off · 77 no key or no permission ·
  78 the configuration is unusable · 129, 130, 141, 143 ended by a signal
"""


class ReportKind(Enum):
    """What is printed instead of a conversation; the values are names in the table."""

    LIST = "list"
    SEARCH = "search"
    SHOW = "show"
    EXPORT = "export"
    IMPORT = "import"
    COSTS = "costs"
    LIST_MODELS = "list_models"
    SHOW_CONFIG = "show_config"
    COMPLETION = "completion"
    MAN = "man"
    VERSION = "version"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a command line asks for. `report_words` are the report's own arguments
    (TEXT of --search, format and REF of --export); `flags` is the settings' first layer;
    with `picks` (-r without REF) the user chooses the conversation."""

    prompt: str = ""
    attachments: tuple[str, ...] = ()
    report: ReportKind | None = None
    report_words: tuple[str, ...] = ()
    flags: Layer = field(default_factory=lambda: Layer(SettingSource.FLAG, {}))
    picks: bool = False


def parse_arguments(argv: Sequence[str], options: Sequence[Option]) -> Invocation:
    """Read a command line (without the program's name). Raises UsageError."""
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
    settings = {row.name for row in options if row.is_setting}
    given = {name: value for name, value in vars(taken).items() if name in settings and value}
    picks = isinstance(given.get("resume"), _LeftOut)
    if picks:
        flag = given.pop("resume").name
        if "continue_newest" in given:
            parser.error(f"{flag}: give either this or {given['continue_newest'].name}")
    layer = Layer(SettingSource.FLAG, given)
    attached = tuple(taken.attach or ())
    return Invocation(prompt, attached, report, report_words, layer, picks)


def help_text(options: Sequence[Option], *, width: int) -> str:
    return build_parser(options, width=width).format_help()


def build_parser(options: Sequence[Option], *, width: int = 80) -> argparse.ArgumentParser:
    """The parser of a table; its namespace holds a Given, a list or None for each row."""
    parser = _Parser(
        prog="streamchat",
        usage="streamchat [OPTIONS] [PROMPT...]",
        description="Chat with Claude in the terminal, or ask once.",
        epilog=_EPILOG,
        formatter_class=lambda prog: _Formatter(prog, max_help_position=30, width=width),
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument(
        "prompt", nargs="*", metavar="PROMPT", help="what to ask; words are joined by spaces"
    )
    for group in Group:
        section = parser.add_argument_group(group.value)
        for row in options:
            if row.group is group and row.flags:
                _add(section, row)
    return parser


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (streamchat --help lists the options)")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Flags once, not once per value: `-m, --model ID`, not `-m ID, --model ID`."""

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
    if row.default not in (None, (), False):
        text += f" [{row.default:g}]" if isinstance(row.default, float) else f" [{row.default}]"
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
        section.add_argument(*row.flags, action=_Take, nargs=0, const="on", **words)
    elif row.metavar.startswith("["):
        section.add_argument(*row.flags, action=_Take, nargs="?", metavar=row.metavar, **words)
    else:
        section.add_argument(*row.flags, action=_Take, metavar=row.metavar, **words)
    _add_shortcuts(section, row)


def _add_shortcuts(section: argparse._ArgumentGroup, row: Option) -> None:
    for flag, value in row.shortcuts:
        section.add_argument(
            flag, dest=row.name, action=_Take, nargs=0, const=value, default=None,
            help=f"{row.long_flag} {value}",
        )  # fmt: skip
    if row.opposite:
        section.add_argument(
            row.opposite, dest=row.name, action=_Take, nargs=0, const="off", default=None,
            help=argparse.SUPPRESS,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """Stands for the value of an option that may have none and was given none."""

    name: str  # of the flag


class _Take(argparse.Action):
    """Keep the text together with the flag it was written under."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        flag = option_string or self.dest
        if values is None:
            setattr(namespace, self.dest, _LeftOut(flag))
            return
        text = values if isinstance(values, str) else str(self.const)
        setattr(namespace, self.dest, Given(text.strip(), flag))


@dataclass(frozen=True, slots=True)
class _Asked:
    flag: str
    words: tuple[str, ...]


class _Ask(argparse.Action):
    """Keep a report's own arguments."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        words = (values,) if isinstance(values, str) else tuple(values or ())
        setattr(namespace, self.dest, _Asked(option_string or self.dest, words))


def _report(taken: argparse.Namespace) -> tuple[ReportKind | None, tuple[str, ...]]:
    asked: dict[ReportKind, _Asked] = {
        report: found for report in ReportKind if (found := getattr(taken, report.value, None))
    }
    for report in (ReportKind.HELP, ReportKind.VERSION):
        if report in asked:
            return report, ()
    if len(asked) > 1:
        flags = " and ".join(each.flag for each in asked.values())
        raise UsageError(f"{flags}: ask for one report at a time")
    for report, each in asked.items():
        if report is ReportKind.EXPORT and each.words[0] not in _EXPORT_FORMATS:
            formats = ", ".join(_EXPORT_FORMATS)
            raise UsageError(f"{each.flag} {quoted(each.words[0])}: give one of {formats}")
        return report, each.words
    return None, ()


def _unknown(word: str, options: Sequence[Option]) -> str:
    flag = word.partition("=")[0]
    known = [each for row in options for each in (*row.flags, row.opposite) if each]
    return f"unknown option {quoted(flag)}{did_you_mean(flag, known)}"
