"""Options: what is asked of the model."""

from __future__ import annotations

from streamchat.core.options.rows import Group, Kind, Option, Reach, setting
from streamchat.core.reasoning import EFFORTS, WIRE_THINKING

DEFAULT_MODEL = "claude-sonnet-5-5"

REQUEST = (
    setting(
        "model", Group.REQUEST, "-m --model", "the model to ask",
        metavar="ID", default=DEFAULT_MODEL, also=("ANTHROPIC_MODEL",),
        reach=Reach.ANYWHERE, risk="it decides the price",
    ),
    Option(
        "aliases", "short names of models; opus, sonnet and haiku are the newest of each",
        Group.REQUEST, Kind.TABLE, default=(), key="aliases",
    ),
    setting(
        "role", Group.REQUEST, "--role",
        "use a role: roles/NAME.md in the configuration directory",
        metavar="NAME", reach=Reach.USER, unsets=True,
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
        "the model to ask when the first declines or stays overloaded; can be repeated",
        kind=Kind.TEXTS, metavar="ID", default=(),
        reach=Reach.ANYWHERE, risk="it decides the price",
    ),
    Option(
        "compare", "ask these models too, once, at the same time: models separated by commas",
        Group.REQUEST, flags=("--compare",), metavar="A,B",
    ),
    Option(
        "blind", "hide the names of compared models until one answer is kept",
        Group.REQUEST, Kind.ON_OFF, ("--blind",), default=False,
    ),
    setting(
        "favorite_models", Group.REQUEST, "--favorite-models",
        "a model that Alt-M (the key of next_model) switches to; can be repeated",
        kind=Kind.TEXTS, metavar="ID", default=(),
        reach=Reach.USER,
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
        "effort", Group.REQUEST, "--effort", "how much effort the model puts into an answer",
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
        "stop", Group.REQUEST, "--stop", "end the answer before this text; can be repeated",
        kind=Kind.TEXTS, metavar="TEXT", default=(),
        reach=Reach.ANYWHERE,
    ),
    Option(
        "request", "more parameters of the request, such as temperature",
        Group.REQUEST, Kind.TABLE, default=(), key="request",
    ),
    setting(
        "cache_ttl", Group.REQUEST, "--cache-ttl",
        "how long the server keeps the prompt cache; "
        "auto: depending on the pauses between your messages",
        kind=Kind.CHOICE, metavar="TIME", choices=("5m", "1h", "auto"), default="5m",
        reach=Reach.ANYWHERE, risk="an hour costs more",
    ),
    setting(
        "citations", Group.REQUEST, "--citations",
        "let answers cite attachments, with page or line", kind=Kind.ON_OFF,
        reach=Reach.USER,
    ),
    setting(
        "web", Group.REQUEST, "--web", "let the model search and read the web",
        kind=Kind.ON_OFF, reach=Reach.USER,
    ),
    setting(
        "web_allow", Group.REQUEST, "--web-allow",
        "a domain it may use, and no others; can be repeated",
        kind=Kind.TEXTS, metavar="DOMAIN", default=(), reach=Reach.USER,
    ),
    setting(
        "web_block", Group.REQUEST, "--web-block", "a domain it must not use; can be repeated",
        kind=Kind.TEXTS, metavar="DOMAIN", default=(), reach=Reach.USER,
    ),
    setting(
        "web_max_uses", Group.REQUEST, "--web-max-uses",
        "the maximum number of searches and pages per answer",
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
