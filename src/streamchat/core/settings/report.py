"""Texts about the settings: `.env.example`, `--show-config`, `/config`.

Owns their wording and layout; every fact comes from the table of options.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from streamchat.core.errors import ConfigError
from streamchat.core.formatting import escape_markdown, quoted
from streamchat.core.options import SETTINGS
from streamchat.core.options.rows import Group, Kind, Option, Reach
from streamchat.core.rates import Rates
from streamchat.core.settings.proxy import proxies
from streamchat.core.settings.resolve import CredentialKind, Settings
from streamchat.core.settings.trust import endpoint, masked, needs_commanded_key
from streamchat.core.settings.values import Value

_WIDTH = 88
_CERTIFICATES = (
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    "NODE_EXTRA_CA_CERTS",
)
_EXAMPLE_HEAD = """\
# The settings of streamchat as environment variables. Copy the lines you need to one of
#
#   ~/.config/streamchat/.env   your own settings and your key (chmod 600)
#   ./.env                      settings of a project, read only once you have allowed the file
#   any other file              named by --env-file PATH
#
# The order, strongest first: flag, environment, --env-file, ./.env, ~/.config/streamchat/.env,
# ~/.config/streamchat/config.toml. Values are literal: ${NAME} is not expanded. A key is sent
# only to the default host, to a host that the same file names, or to the host that you type
# after --base-url.
"""


def env_example() -> str:
    """The text of `.env.example`: every variable, explained, commented out."""
    parts = [_EXAMPLE_HEAD]
    for group in Group:
        rows = [row for row in SETTINGS if row.group is group and row.variables]
        if rows:
            parts.append(f"\n# --- {group.value} ---\n")
            parts.extend("\n" + "\n".join(_example_lines(row)) + "\n" for row in rows)
    return "".join(parts)


def _example_lines(row: Option) -> Iterator[str]:
    text = row.help[0].upper() + row.help[1:]
    flag = f" ({', '.join(row.flags)})" if row.flags else ""
    yield from textwrap.wrap(
        f"{text}{flag}.",
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_on_hyphens=False,
    )
    if row.choices:
        yield f"# One of {', '.join(row.choices)}."
    if row.reach in _REACH:
        yield f"# {_REACH[row.reach]}."
    for variable in row.variables:
        yield f"#{variable}={_example(row)}"


_REACH = {
    Reach.TIGHTER: "A file outside ~/.config/streamchat/ can only make it stricter",
    Reach.USER: "Read from the environment and ~/.config/streamchat/ only",
    Reach.ENVIRONMENT: "Read from the environment only, not from files",
}


def _example(row: Option) -> str:
    if row.name == "api_key":
        return "sk-ant-…"
    return "" if row.default in (None, ()) else format_settings(row.default)


def format_settings(value: Value) -> str:
    """A value as a user would write it, printable."""
    if value is None or value == ():
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(
            quoted(each) if isinstance(each, str) else _format_pair(*each) for each in value
        )
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(value))


def _format_pair(name: str, value: object) -> str:
    match value:
        case Rates():
            rates = f"${value.input:g} in, ${value.output:g} out"
            return f"{name}: {rates}, ${value.search:g} for 1,000 searches"
        case str():
            return f"{name}: {masked(value)}"  # a header
        case _:
            return f"{name}: {json.dumps(value)}"


def describe_value(row: Option) -> str:
    """What config.toml takes for an option, in Markdown."""
    if row.kind is Kind.ON_OFF:
        return "`true` or `false`"
    if row.kind is Kind.HEADERS:
        return '`{ Name = "value" }`'
    return " or ".join(f"`{choice}`" for choice in row.choices) or row.kind.value


def option_spelling(row: Option) -> str:
    flags = ", ".join(row.flags)
    return flags if row.kind in (Kind.ON_OFF, Kind.SWITCH) else f"{flags} {row.metavar}"


def show_config(
    settings: Settings, environ: Mapping[str, str], *, has_no_key: bool = False
) -> list[str]:
    """Every setting, its value and its origin; keys are masked. With `has_no_key`, the SDK
    cannot find a key either."""
    found = [
        *(("proxy", format_settings(value), name) for name, value in proxies(environ)),
        *(
            ("certificates", format_settings(value), name)
            for name in _CERTIFICATES
            if (value := environ.get(name, "").strip())
        ),
    ]
    rows = [*setting_rows(settings), *found]
    name_width = max(len(name) for name, _, _ in rows)
    value_width = min(40, max(len(value) for _, value, _ in rows))
    lines = [
        f"{name:{name_width}}  {value:{value_width}}  {origin}" for name, value, origin in rows
    ]
    return [*lines, "", *_server_lines(settings, has_no_key=has_no_key)]


def setting_rows(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """The name, the value and the origin of every setting; secrets are masked."""
    kinds = {kind.value: kind for kind in CredentialKind}
    for row in SETTINGS:
        if row.name in kinds:
            for credential in settings.credentials:
                if credential.kind is kinds[row.name]:
                    yield (
                        _label(row),
                        masked(credential.secret),
                        format_settings(str(credential.origin)),
                    )
        else:
            value = format_settings(getattr(settings, row.name))
            yield _label(row), value, format_settings(str(settings.origins[row.name]))


def _label(row: Option) -> str:
    """The name under which a user would set this option."""
    return row.key or row.variables[0]


def _server_lines(settings: Settings, *, has_no_key: bool) -> list[str]:
    if settings.demo:
        return ["requests go to the built-in demo server and nowhere else"]
    try:
        server = endpoint(settings)
    except ConfigError as refused:
        return [f"refused: {format_settings(refused.message)}"]
    if server.credential:
        key = f"{masked(server.credential.secret)} ({server.credential.origin})"
    elif server.platform:
        return [f"key sent to {server.platform}: the credentials that its own library finds"]
    elif needs_commanded_key(settings):
        key = "what api_key_command prints"
    elif has_no_key:
        key = "none was found (set ANTHROPIC_API_KEY)"
    else:
        key = "whatever the SDK finds" if server.sdk_may_search else "none"
    return [
        f"key sent to {server.address.host}: {format_settings(key)}",
        *map(format_settings, server.remarks),
    ]


def format_table(rows: Iterable[tuple[str, str, str]]) -> str:
    """Rows of settings as a Markdown table."""
    lines = ["| setting | value | from |", "|---|---|---|"]
    lines += [f"| {' | '.join(map(escape_markdown, row))} |" for row in rows]
    return "\n".join(lines)
