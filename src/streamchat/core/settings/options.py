"""The table of options: what can be set, how it is spelled, what it means.

Owns every name (flag, variable, key), default and help text. The parser, `.env.example`,
`--show-config` and README's tables are generated from these rows alone.

Rule: `reach` and `risk` say what a file of a repository may do with an option (see `Reach`).
An option that names a file or a conversation of the user's has `Reach.USER`.
"""

from __future__ import annotations

from collections.abc import Sequence

from streamchat.core.reasoning import EFFORTS, WIRE_THINKING
from streamchat.core.settings.rows import Group, Kind, Option, Reach, report, setting

DEFAULT_MODEL = "claude-sonnet-5-5"
DEFAULT_URL = "https://api.anthropic.com"

_REQUEST = (
    setting(
        "model", Group.REQUEST, "-m --model", "the model to ask",
        metavar="ID", default=DEFAULT_MODEL, also=("ANTHROPIC_MODEL",),
        reach=Reach.ANYWHERE, risk="it decides the price",
    ),
    setting(
        "role", Group.REQUEST, "--role", "a role: roles/NAME.md in the configuration directory",
        metavar="NAME", reach=Reach.USER,
    ),
    Option(
        "role_attach", "what a role attaches to the first message", Group.REQUEST, Kind.TEXTS,
        default=(), key="attach",
    ),
    setting(
        "system", Group.REQUEST, "-s --system", "the system prompt",
        reach=Reach.ANYWHERE,
    ),
    setting(
        "fallback", Group.REQUEST, "--fallback",
        "the model to ask when the first declines or stays overloaded; may repeat",
        kind=Kind.TEXTS, metavar="ID", default=(),
        reach=Reach.ANYWHERE, risk="it decides the price",
    ),
    setting(
        "system_file", Group.REQUEST, "--system-file", "read the system prompt from a file",
        kind=Kind.PATH, reach=Reach.USER,
    ),
    setting(
        "max_tokens", Group.REQUEST, "--max-tokens",
        "the maximum length of an answer, including thinking",
        kind=Kind.COUNT, metavar="N", default=16000,
        reach=Reach.ANYWHERE, risk="it decides the price",
    ),
    setting(
        "effort", Group.REQUEST, "--effort", "how much effort the model makes",
        kind=Kind.CHOICE, metavar="LEVEL", choices=EFFORTS,
        reach=Reach.ANYWHERE, risk="it decides the price",
    ),
    setting(
        "thinking", Group.REQUEST, "--thinking",
        "adaptive: show a dim summary; hidden: do not show it; off: no thinking",
        kind=Kind.CHOICE, metavar="HOW", choices=tuple(WIRE_THINKING),
        reach=Reach.ANYWHERE, risk="it decides the price",
    ),
    setting(
        "stop", Group.REQUEST, "--stop", "end the answer before this text; may repeat",
        kind=Kind.TEXTS, metavar="TEXT", default=(),
        reach=Reach.ANYWHERE,
    ),
    Option(
        "request", "more parameters of the request, such as temperature",
        Group.REQUEST, Kind.TABLE, default=(), key="request",
    ),
    setting(
        "web", Group.REQUEST, "--web", "let the model search and read the web",
        kind=Kind.ON_OFF, reach=Reach.USER,
    ),
    setting(
        "web_allow", Group.REQUEST, "--web-allow", "the only domain it may use; may repeat",
        kind=Kind.TEXTS, metavar="DOMAIN", default=(), reach=Reach.USER,
    ),
    setting(
        "web_block", Group.REQUEST, "--web-block", "a domain it must not use; may repeat",
        kind=Kind.TEXTS, metavar="DOMAIN", default=(), reach=Reach.USER,
    ),
    setting(
        "web_max_uses", Group.REQUEST, "--web-max-uses", "searches and pages per answer",
        kind=Kind.COUNT, metavar="N", default=8, reach=Reach.USER,
    ),
    Option(
        "web_location", "where you are, for better results: city, region, country, timezone",
        Group.REQUEST, Kind.TABLE, default=(), key="web_location",
    ),
    setting(
        "schema", Group.REQUEST, "--schema",
        "the answer is one JSON value of this schema: a file, JSON, fields such as "
        "'name, age int, tags [str]', or @NAME of a saved schema",
        metavar="SCHEMA", reach=Reach.USER,
    ),
    setting(
        "no_caching", Group.REQUEST, "--no-caching", "do not use the prompt cache",
        kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE, risk="it decides the price",
    ),
)  # fmt: skip

_INPUT = (
    setting(
        "once", Group.INPUT, "-p --print", "print one answer and exit, even on a terminal",
        kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "interactive", Group.INPUT, "-i --interactive",
        "answer the prompt, then stay in the chat", kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "continue_newest", Group.INPUT, "-c --continue", "resume the newest conversation",
        kind=Kind.ON_OFF,
        reach=Reach.USER,
    ),
    setting(
        "resume", Group.INPUT, "-r --resume",
        "resume a conversation: its title, the start of its id (at least 4 characters) or "
        "a path; without REF, choose from a list", metavar="[REF]", reach=Reach.USER,
    ),
    Option(
        "attach", "attach an image, a PDF or a text file; - is stdin; may be repeated",
        Group.INPUT, Kind.LIST, ("-a", "--attach", "-f", "--file"), "PATH|URL|-",
    ),
    Option(
        "prompt_name", "a prompt: prompts/NAME.md, filled with NAME=VALUE and other words",
        Group.INPUT, flags=("--prompt",), metavar="NAME",
    ),
    setting(
        "no_save", Group.INPUT, "--no-save", "write nothing to disk", kind=Kind.ON_OFF,
        reach=Reach.TIGHTER,
    ),
)  # fmt: skip

_OUTPUT = (
    setting(
        "output_format", Group.OUTPUT, "--output-format",
        "how to print the answer; events: each raw API event as a line of JSON",
        kind=Kind.CHOICE, metavar="FORMAT", default="text",
        choices=("text", "json", "stream-json", "events"), shortcuts=(("--json", "json"),),
        reach=Reach.ANYWHERE,
    ),
    setting(
        "extract", Group.OUTPUT, "-x --extract", "print only the first code block",
        kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "raw", Group.OUTPUT, "--raw", "print the Markdown source, do not render it",
        kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "quiet", Group.OUTPUT, "-q --quiet", "print nothing but the answer",
        kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE, risk="it hides who answers",
    ),
    setting(
        "theme", Group.OUTPUT, "--theme",
        "the colours: auto, dark, light, mono, or a pygments style for code",
        metavar="NAME", default="auto",
        reach=Reach.ANYWHERE,
    ),
)  # fmt: skip

_LIMITS = (
    setting(
        "max_cost_usd", Group.LIMITS, "--max-cost",
        "cost cap: do not send a turn that would exceed it, stop an answer that does",
        kind=Kind.DOLLARS, metavar="USD",
        reach=Reach.TIGHTER,
    ),
    setting(
        "max_cost_day_usd", Group.LIMITS, "--max-cost-day",
        "the same cap for a day, over all processes of this user",
        kind=Kind.DOLLARS, metavar="USD",
        reach=Reach.TIGHTER,
    ),
    setting(
        "dry_run", Group.LIMITS, "--dry-run",
        "count the tokens and the price of the request, do not send it",
        kind=Kind.ON_OFF,
        reach=Reach.TIGHTER,
    ),
    setting(
        "idle_deadline_s", Group.LIMITS, "--idle-deadline",
        "stop waiting after this many seconds of silence (0: never)",
        kind=Kind.SECONDS, default=60.0,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "deadline_s", Group.LIMITS, "--deadline",
        "stop an answer that takes longer than this (0: never)",
        kind=Kind.SECONDS, default=3600.0,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "retries", Group.LIMITS, "--retries",
        "how often to repeat a failed request before the answer begins",
        kind=Kind.WHOLE, metavar="N", default=4,
        reach=Reach.ANYWHERE,
    ),
)  # fmt: skip

_SERVER = (
    setting(
        "base_url", Group.SERVER, "--base-url", "a server that speaks the Messages API",
        kind=Kind.URL, default=DEFAULT_URL, also=("ANTHROPIC_BASE_URL",),
        reach=Reach.ANYWHERE, risk="everything you write goes there",
    ),
    setting(
        "profile", Group.SERVER, "--profile", "use a [profiles.NAME] section of config.toml",
        metavar="NAME",
        reach=Reach.ANYWHERE, risk="it chooses the server and the key",
    ),
    setting(
        "env_file", Group.SERVER, "--env-file", "read environment variables from a file",
        kind=Kind.PATH, reach=Reach.ENVIRONMENT,
    ),
    setting(
        "demo", Group.SERVER, "--demo",
        "use the built-in demo server: no key, no network, no model", kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    Option(
        "api_key", "the API key; in config.toml, the name of the variable that holds it",
        Group.SERVER, variables=("ANTHROPIC_API_KEY",), key="api_key_env", secret=True,
        reach=Reach.ANYWHERE, risk="its owner may see what you write",
    ),
    Option(
        "auth_token", "a bearer token, used if there is no API key; in config.toml, the name "
        "of the variable that holds it", Group.SERVER,
        variables=("ANTHROPIC_AUTH_TOKEN",), key="auth_token_env", secret=True,
        reach=Reach.ANYWHERE, risk="its owner may see what you write",
    ),
    Option(
        "sdk_profile", "a profile of the Anthropic SDK (made by ant auth login)",
        Group.SERVER, variables=("ANTHROPIC_PROFILE",),
        reach=Reach.ANYWHERE, risk="it chooses who pays",
    ),
    Option(
        "headers", "headers to send with every request", Group.SERVER, Kind.HEADERS,
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
        "allow_http", "hosts beyond this machine that may be reached by plain http",
        Group.SERVER, Kind.TEXTS, default=(), key="allow_http",
    ),
    Option(
        "platform", "a cloud, reached with its own client", Group.SERVER, Kind.CHOICE,
        choices=("bedrock", "vertex", "foundry"), key="platform",
    ),
    Option(
        "full_sdk", "import the complete SDK, including the parts that a chat does not use",
        Group.SERVER, Kind.ON_OFF, default=False, variables=("STREAMCHAT_FULL_SDK",),
        key="full_sdk",
        reach=Reach.ANYWHERE,
    ),
)  # fmt: skip

_REPORTS = (
    report("list", "--list", "list the saved conversations, newest first"),
    report("search", "--search", "find the turns that hold all words of TEXT", "TEXT"),
    report("show", "--show", "print a conversation", "REF"),
    report(
        "export",
        "--export",
        "print a conversation, or write it to the PATH that follows",
        "md|html|json REF",
    ),
    report("force", "--force", "let --export overwrite the file at PATH"),
    report(
        "import",
        "--import",
        "import conversations of another program (a claude.ai export, the logs.db of llm, a "
        "list of messages); with a NAME after PATH, only that conversation",
        "PATH",
    ),
    report("costs", "--costs", "print the costs by day, month or model", "[day|month|model]"),
    report("roles", "--roles", "the roles and the prompts that you can use here"),
    report("list_models", "--list-models", "list the models of the server"),
    report("paths", "--paths", "list every file and directory of streamchat, with its size"),
    report("show_config", "--show-config", "print every setting and where it comes from"),
    report(
        "completion", "--completion", "print a completion script for a shell", "bash|zsh|fish"
    ),
    report("man", "--man", "print the manual page, to pipe into man -l -"),
    report("version", "--version", "print the version"),
    report("help", "-h --help", "print this text"),
)

OPTIONS: Sequence[Option] = (*_REQUEST, *_INPUT, *_OUTPUT, *_LIMITS, *_SERVER, *_REPORTS)
SETTINGS: Sequence[Option] = tuple(option for option in OPTIONS if option.is_setting)
VARIABLES = {name: option for option in SETTINGS for name in option.variables}
KEYS = {option.key: option for option in SETTINGS if option.key}
