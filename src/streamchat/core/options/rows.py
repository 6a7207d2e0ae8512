"""A row of the table of options: its type, and two functions that build one.

Rule 1: a setting's variable is STREAMCHAT_ plus its long flag in capitals; its config.toml
key is the long flag with underscores. Exceptions are written out in their rows.
Rule 2: a row without variable and key belongs to one run (a report, an attachment).
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, TypeAlias


class Kind(Enum):
    """How the text of a value is parsed."""

    TEXT = "text"
    PATH = "path"
    URL = "URL"
    CHOICE = "one of the choices"
    ON_OFF = "on or off"
    COUNT = "whole number, 1 or more"
    WHOLE = "whole number, 0 or more"
    SECONDS = "seconds, 0 for no limit"
    DOLLARS = "dollars, more than 0"
    HEADERS = "Name: value, one per line"
    PRICES = 'sections, [prices."MODEL"]'
    LIST = "any number of texts"
    TEXTS = "a text, or a list of texts"
    TABLE = "a section of names and values"
    SWITCH = "nothing"
    PAIR = "two words"


class Group(Enum):
    """The sections of `--help` and `.env.example`."""

    REQUEST = "request"
    INPUT = "prompt and conversation"
    OUTPUT = "output"
    LIMITS = "limits"
    SERVER = "server and settings"
    REPORTS = "reports (printed, then exit)"


class Reach(Enum):
    """From which sources a variable is read. `--env-file` and `./.env` may be files of a
    repository, so each row decides what they may set.

    ANYWHERE: they may; where it costs or reveals something, the row has a `risk`.
    TIGHTER: they may only be stricter than the user: lower a cap, turn a protection on.
    USER: they may not, because the option chooses what is read and sent, or undoes a
    protection.
    ENVIRONMENT: no file may.
    """

    ANYWHERE = "anywhere"
    TIGHTER = "anywhere, but a file of others can only make it stricter"
    USER = "not from --env-file or ./.env"
    ENVIRONMENT = "the process environment alone"


Default: TypeAlias = str | int | float | bool | tuple[tuple[str, str], ...] | tuple[()] | None


class Option(NamedTuple):
    """One row; `name` is the field of Settings, `flags` begin with the short one.

    `shortcuts` are flags that stand for a value of this option. The first of `variables`
    that is not empty counts. `risk` is the warning in the question about ./.env. A tuple,
    because `dataclasses` costs 8 ms, and the shell asks for this table at every Tab.
    """

    name: str
    help: str
    group: Group
    kind: Kind = Kind.TEXT
    flags: tuple[str, ...] = ()
    metavar: str = ""
    choices: tuple[str, ...] = ()
    default: Default = None
    variables: tuple[str, ...] = ()
    key: str | None = None
    reach: Reach = Reach.USER
    risk: str = ""
    shortcuts: tuple[tuple[str, str], ...] = ()
    secret: bool = False
    unsets: bool = False  # an empty flag takes away what a file set

    @property
    def is_setting(self) -> bool:
        return bool(self.variables or self.key)

    @property
    def long_flag(self) -> str:
        return next((flag for flag in self.flags if flag.startswith("--")), "")

    @property
    def opposite(self) -> str:
        """The flag that turns an on/off setting off again."""
        if self.kind is not Kind.ON_OFF or not self.flags:
            return ""
        bare = self.long_flag.removeprefix("--no-")
        return f"--{bare}" if bare != self.long_flag else f"--no-{bare[2:]}"


def setting(
    name: str,
    group: Group,
    flags: str,
    text: str,
    *,
    kind: Kind = Kind.TEXT,
    metavar: str = "",
    choices: tuple[str, ...] = (),
    default: Default = None,
    also: tuple[str, ...] = (),
    reach: Reach,
    risk: str = "",
    shortcuts: tuple[tuple[str, str], ...] = (),
    unsets: bool = False,
) -> Option:
    """A row that follows rule 1; `also` are variables of the SDK to fall back to."""
    spelled = tuple(flags.split())
    bare = spelled[-1].removeprefix("--").replace("-", "_")
    return Option(
        name=name,
        help=text,
        group=group,
        kind=kind,
        flags=spelled,
        metavar=metavar or ("" if kind is Kind.ON_OFF else kind.name),
        choices=choices,
        default=bool(default) if kind is Kind.ON_OFF else default,
        variables=("STREAMCHAT_" + bare.upper(), *also),
        key=None if reach is Reach.ENVIRONMENT else bare,
        reach=reach,
        risk=risk,
        shortcuts=shortcuts,
        unsets=unsets,
    )


def report(name: str, flags: str, text: str, metavar: str = "") -> Option:
    kind = Kind.PAIR if " " in metavar else Kind.TEXT if metavar else Kind.SWITCH
    return Option(name, text, Group.REPORTS, kind, tuple(flags.split()), metavar)
