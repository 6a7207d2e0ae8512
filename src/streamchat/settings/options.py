"""The table of options: what can be set, how it is spelled, what it means.

Owns every name (flag, variable, key), default and help text. The parser, `.env.example`,
`--show-config` and README's table are made from these rows and from nothing else.

Rule 1: a setting's variable is STREAMCHAT_ and its long flag in capitals, its config.toml
key the long flag with underscores; what breaks the rule is written out in its row.
Rule 2: a row without variable and key is an act of one run (a report, an attachment).
Rule 3: what names a file of the user's is never taken from a file that came with a
directory (`Reach.USER`): a repository must not choose what is read and sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

DEFAULT_MODEL = "claude-sonnet-5-5"
DEFAULT_URL = "https://api.anthropic.com"


class Kind(Enum):
    """How the text of a value is read."""

    TEXT = "text"
    PATH = "path"
    URL = "URL"
    CHOICE = "one of the choices"
    ON_OFF = "on or off"
    COUNT = "whole number, 1 or more"
    WHOLE = "whole number, 0 or more"
    SECONDS = "seconds, 0 for no limit"
    DOLLARS = "dollars, more than 0"
    HEADERS = "Name: value, one a line"
    LIST = "any number of texts"
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
    """From which sources a variable is taken."""

    ANYWHERE = "anywhere"
    USER = "not from --env-file or ./.env"
    ENVIRONMENT = "the process environment alone"


Default: TypeAlias = str | int | float | bool | tuple[tuple[str, str], ...] | None


@dataclass(frozen=True, slots=True)
class Option:
    """One row; `name` is the field of Settings, `flags` the short spelling first.

    `shortcuts` are flags that stand for a value of this option; `variables` are asked in
    order, the first that is not empty counts.
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
    reach: Reach = Reach.ANYWHERE
    shortcuts: tuple[tuple[str, str], ...] = ()
    secret: bool = False

    @property
    def is_setting(self) -> bool:
        return bool(self.variables or self.key)

    @property
    def long_flag(self) -> str:
        return next((flag for flag in self.flags if flag.startswith("--")), "")

    @property
    def opposite(self) -> str:
        """The flag that turns an on/off setting off again, whatever turned it on."""
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
    reach: Reach = Reach.ANYWHERE,
    shortcuts: tuple[tuple[str, str], ...] = (),
) -> Option:
    """A row that follows rule 1; `also` are the SDK's variables it falls back to."""
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
        default=False if kind is Kind.ON_OFF else default,
        variables=("STREAMCHAT_" + bare.upper(), *also),
        key=None if reach is Reach.ENVIRONMENT else bare,
        reach=reach,
        shortcuts=shortcuts,
    )


def _report(name: str, flags: str, text: str, metavar: str = "") -> Option:
    kind = Kind.PAIR if " " in metavar else Kind.TEXT if metavar else Kind.SWITCH
    return Option(name, text, Group.REPORTS, kind, tuple(flags.split()), metavar)


_REQUEST = (
    setting(
        "model", Group.REQUEST, "-m --model", "the model that answers",
        metavar="ID", default=DEFAULT_MODEL, also=("ANTHROPIC_MODEL",),
    ),
    setting("system", Group.REQUEST, "-s --system", "the system prompt"),
    setting(
        "system_file", Group.REQUEST, "--system-file", "a file that holds the system prompt",
        kind=Kind.PATH, reach=Reach.USER,
    ),
    setting(
        "max_tokens", Group.REQUEST, "--max-tokens", "the longest answer, thinking included",
        kind=Kind.COUNT, metavar="N", default=16000,
    ),
    setting(
        "effort", Group.REQUEST, "--effort", "how hard the model tries",
        kind=Kind.CHOICE, metavar="LEVEL", choices=("low", "medium", "high", "xhigh", "max"),
    ),
    setting(
        "thinking", Group.REQUEST, "--thinking",
        "adaptive shows a dim summary, hidden shows none, off asks for no thinking",
        kind=Kind.CHOICE, metavar="HOW", choices=("adaptive", "off", "hidden"),
    ),
    setting(
        "no_caching", Group.REQUEST, "--no-caching", "leave the prompt cache alone",
        kind=Kind.ON_OFF,
    ),
)  # fmt: skip

_INPUT = (
    setting(
        "once", Group.INPUT, "-p --print", "one answer, then exit, even on a terminal",
        kind=Kind.ON_OFF,
    ),
    setting(
        "interactive", Group.INPUT, "-i --interactive",
        "answer the prompt, then stay for the next", kind=Kind.ON_OFF,
    ),
    setting(
        "continue_newest", Group.INPUT, "-c --continue", "resume the newest conversation",
        kind=Kind.ON_OFF,
    ),
    setting(
        "resume", Group.INPUT, "-r --resume",
        "resume one: a path, the start of an id (4 characters) or a title; without REF, "
        "choose it", metavar="[REF]", reach=Reach.USER,
    ),
    Option(
        "attach", "an image, a PDF or a text file, - for stdin; may repeat", Group.INPUT,
        Kind.LIST, ("-a", "--attach", "-f", "--file"), "PATH|URL|-",
    ),
    setting("no_save", Group.INPUT, "--no-save", "nothing on disk", kind=Kind.ON_OFF),
)  # fmt: skip

_OUTPUT = (
    setting(
        "output_format", Group.OUTPUT, "--output-format",
        "how the answer is printed; events: every raw API event as one JSON line",
        kind=Kind.CHOICE, metavar="FORMAT", default="text",
        choices=("text", "json", "stream-json", "events"), shortcuts=(("--json", "json"),),
    ),
    setting(
        "extract", Group.OUTPUT, "-x --extract", "print only the first code block's content",
        kind=Kind.ON_OFF,
    ),
    setting("raw", Group.OUTPUT, "--raw", "Markdown source, never rendered", kind=Kind.ON_OFF),
    setting("quiet", Group.OUTPUT, "-q --quiet", "nothing but the answer", kind=Kind.ON_OFF),
    setting(
        "theme", Group.OUTPUT, "--theme", "the colours", metavar="NAME", default="auto"
    ),
)  # fmt: skip

_LIMITS = (
    setting(
        "max_cost_usd", Group.LIMITS, "--max-cost",
        "a cap: a turn that would pass it is not sent, an answer that does is stopped",
        kind=Kind.DOLLARS, metavar="USD",
    ),
    setting(
        "dry_run", Group.LIMITS, "--dry-run", "count tokens and price, send nothing",
        kind=Kind.ON_OFF,
    ),
    setting(
        "idle_deadline_s", Group.LIMITS, "--idle-deadline",
        "give a reply up that brings nothing for so long; 0: never",
        kind=Kind.SECONDS, default=60.0,
    ),
    setting(
        "deadline_s", Group.LIMITS, "--deadline", "the longest a reply may take; 0: any time",
        kind=Kind.SECONDS, default=3600.0,
    ),
    setting(
        "retries", Group.LIMITS, "--retries",
        "how often a request is sent again before its first word",
        kind=Kind.WHOLE, metavar="N", default=4,
    ),
)  # fmt: skip

_SERVER = (
    setting(
        "base_url", Group.SERVER, "--base-url", "the server, one that speaks the Messages API",
        kind=Kind.URL, default=DEFAULT_URL, also=("ANTHROPIC_BASE_URL",),
    ),
    setting(
        "profile", Group.SERVER, "--profile", "a [profiles.NAME] section of config.toml",
        metavar="NAME",
    ),
    setting(
        "env_file", Group.SERVER, "--env-file", "read variables from this file",
        kind=Kind.PATH, reach=Reach.ENVIRONMENT,
    ),
    setting(
        "demo", Group.SERVER, "--demo",
        "a built-in server answers: no key, no network, no model", kind=Kind.ON_OFF,
    ),
    Option(
        "api_key", "the API key; in config.toml, the name of the variable that holds it",
        Group.SERVER, variables=("ANTHROPIC_API_KEY",), key="api_key_env", secret=True,
    ),
    Option(
        "auth_token", "a bearer token, asked for after the key", Group.SERVER,
        variables=("ANTHROPIC_AUTH_TOKEN",), key="auth_token_env", secret=True,
    ),
    Option(
        "sdk_profile", "a profile of the Anthropic SDK (ant auth login)", Group.SERVER,
        variables=("ANTHROPIC_PROFILE",),
    ),
    Option(
        "headers", "headers sent with every request", Group.SERVER, Kind.HEADERS,
        default=(), key="headers", secret=True,
    ),
    Option(
        "custom_headers", "headers that the SDK adds to every request", Group.SERVER,
        Kind.HEADERS, default=(), variables=("ANTHROPIC_CUSTOM_HEADERS",),
        reach=Reach.ENVIRONMENT, secret=True,
    ),
    Option(
        "platform", "a cloud's own client", Group.SERVER, Kind.CHOICE,
        choices=("bedrock", "vertex", "foundry"), key="platform",
    ),
)  # fmt: skip

_REPORTS = (
    _report("list", "--list", "the saved conversations, newest first"),
    _report(
        "search", "--search", "where all words of TEXT were said, the newest first", "TEXT"
    ),
    _report("show", "--show", "print a conversation", "REF"),
    _report(
        "export",
        "--export",
        "print a conversation, or write it to the PATH after it",
        "md|html|json REF",
    ),
    _report(
        "import",
        "--import",
        "save what another program kept (a claude.ai export, llm's logs.db, a list of "
        "messages); with a NAME after it only that conversation",
        "PATH",
    ),
    _report("list_models", "--list-models", "the models of the server"),
    _report("show_config", "--show-config", "every setting and where it came from"),
    _report("version", "--version", "the version"),
    _report("help", "-h --help", "this text"),
)

OPTIONS: Sequence[Option] = (*_REQUEST, *_INPUT, *_OUTPUT, *_LIMITS, *_SERVER, *_REPORTS)
SETTINGS: Sequence[Option] = tuple(option for option in OPTIONS if option.is_setting)
VARIABLES = {name: option for option in SETTINGS for name in option.variables}
KEYS = {option.key: option for option in SETTINGS if option.key}
