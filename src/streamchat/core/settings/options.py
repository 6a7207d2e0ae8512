"""The table of options: what can be set, how it is spelled, what it means.

Owns every name (flag, variable, key), default and help text. The parser, `.env.example`,
`--show-config` and README's table are made from these rows and from nothing else.

Rule: what names a file of the user's is never taken from a file that came with a directory
(`Reach.USER`): a repository must not choose what is read and sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.core.settings.rows import Group, Kind, Option, Reach, report, setting

DEFAULT_MODEL = "claude-sonnet-5-5"
DEFAULT_URL = "https://api.anthropic.com"

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
        "max_cost_day_usd", Group.LIMITS, "--max-cost-day",
        "the same for a day, over all processes of this user",
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
        "prices", "what a model costs, in dollars per million tokens", Group.SERVER,
        Kind.PRICES, default=(), key="prices",
    ),
    Option(
        "platform", "a cloud's own client", Group.SERVER, Kind.CHOICE,
        choices=("bedrock", "vertex", "foundry"), key="platform",
    ),
)  # fmt: skip

_REPORTS = (
    report("list", "--list", "the saved conversations, newest first"),
    report("search", "--search", "where all words of TEXT were said, the newest first", "TEXT"),
    report("show", "--show", "print a conversation", "REF"),
    report(
        "export",
        "--export",
        "print a conversation, or write it to the PATH after it",
        "md|html|json REF",
    ),
    report(
        "import",
        "--import",
        "save what another program kept (a claude.ai export, llm's logs.db, a list of "
        "messages); with a NAME after it only that conversation",
        "PATH",
    ),
    report(
        "costs",
        "--costs",
        "what was spent, by day, month or model",
        "[day|month|model]",
    ),
    report("list_models", "--list-models", "the models of the server"),
    report("show_config", "--show-config", "every setting and where it came from"),
    report("completion", "--completion", "a completion script for the shell", "bash|zsh|fish"),
    report("man", "--man", "the manual page; pipe it into man -l -"),
    report("version", "--version", "the version"),
    report("help", "-h --help", "this text"),
)

OPTIONS: Sequence[Option] = (*_REQUEST, *_INPUT, *_OUTPUT, *_LIMITS, *_SERVER, *_REPORTS)
SETTINGS: Sequence[Option] = tuple(option for option in OPTIONS if option.is_setting)
VARIABLES = {name: option for option in SETTINGS for name in option.variables}
KEYS = {option.key: option for option in SETTINGS if option.key}
