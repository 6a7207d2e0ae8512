"""The settings of a run: the layers merged, each value with its origin.

Owns Settings and the order.

Rule 1: the first layer that gives a value decides; only that value is read. With the reach
TIGHTER, a file of others counts only if it is stricter than the weaker layers.
Rule 2: a profile is directly below the layer that chose it and always above the other keys
of config.toml: `--profile` beats the environment, a `profile` key does not.
Rule 3: if two options exclude each other, the one from the stronger source wins; from the
same source, they are an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any, cast

from streamchat.core.formatting import quoted
from streamchat.core.options import SETTINGS
from streamchat.core.options.rows import Group, Option, Reach
from streamchat.core.rates import Rates
from streamchat.core.settings.address import is_domain, parse_address, require_encrypted
from streamchat.core.settings.layers import did_you_mean
from streamchat.core.settings.values import (
    DEFAULT,
    FILES_OF_OTHERS,
    Layer,
    Origin,
    SettingSource,
    Table,
    Value,
    complaint,
    read,
)

EXCLUSIVE = (
    ("once", "interactive"),
    ("continue_newest", "resume"),
    ("system", "system_file"),
    ("extract", "schema"),
    ("citations", "schema"),
    ("web_allow", "web_block"),
)


class CredentialKind(Enum):
    API_KEY = "api_key"
    AUTH_TOKEN = "auth_token"


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret and its origin; the repr leaves out the secret."""

    kind: CredentialKind
    secret: str = field(repr=False)
    origin: Origin


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run. `origins` has an entry for every field above it. `credentials`
    are all that were given, strongest first (see `trust.endpoint`)."""

    model: str
    aliases: tuple[tuple[str, str], ...]
    fallback: tuple[str, ...]
    favorite_models: tuple[str, ...]
    role: str | None
    role_attach: tuple[str, ...]
    system: str | None
    system_file: str | None
    debug_log: str | None
    max_tokens: int
    effort: str | None
    thinking: str | None
    stop: tuple[str, ...]
    request: tuple[tuple[str, object], ...]
    cache_ttl: str
    citations: bool
    web: bool
    web_allow: tuple[str, ...]
    web_block: tuple[str, ...]
    web_max_uses: int
    web_location: tuple[tuple[str, object], ...]
    schema: str | None
    no_caching: bool
    once: bool
    interactive: bool
    continue_newest: bool
    here: bool
    resume: str | None
    auto_title: bool
    keys: str
    enter: str
    menu: str
    shell: bool
    allow_shell: bool
    key_bindings: tuple[tuple[str, tuple[str, ...]], ...]
    no_save: bool
    output_format: str
    extract: bool
    raw: bool
    quiet: bool
    theme: str
    background: str
    accessible: bool
    prose_width: int
    status_line: tuple[str, ...]
    secrets: str
    no_times: bool
    window_title: bool
    notify: str
    auto_compact: str
    max_cost_usd: float | None
    max_cost_day_usd: float | None
    dry_run: bool
    idle_deadline_s: float
    deadline_s: float
    retries: int
    base_url: str
    profile: str | None
    env_file: str | None
    demo: bool
    api_key_command: str | None
    sdk_profile: str | None
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    custom_headers: tuple[tuple[str, str], ...] = field(repr=False)
    prices: tuple[tuple[str, Rates], ...]
    allow_http: tuple[str, ...]
    platform: str | None
    full_sdk: bool
    origins: Mapping[str, Origin]
    credentials: tuple[Credential, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Preferences:
    """What the user prefers to see and to be asked: settings that commands and /config change
    in a chat. Each field is the setting of its name."""

    status_line: tuple[str, ...] = ()
    no_times: bool = False
    window_title: bool = True
    notify: str = "auto"
    auto_compact: str = "ask"
    secrets: str = "ask"


PREFERENCES = tuple(each.name for each in fields(Preferences))


def build_preferences(settings: Settings) -> Preferences:
    return Preferences(**{name: getattr(settings, name) for name in PREFERENCES})


_DEMO = next(row for row in SETTINGS if row.name == "demo")
_OF_A_SERVER = frozenset(row.name for row in SETTINGS if row.group is Group.SERVER) - {
    *("demo", "profile", "env_file", "prices")
}
_FIELDS = frozenset(Settings.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class _Resolved:
    value: Value
    origin: Origin = DEFAULT
    depth: int = len(SettingSource)


def resolve(layers: Sequence[Layer]) -> Settings:
    """Merge the layers. Raises UsageError or ConfigError."""
    ordered = _with_profile(sorted(layers, key=lambda layer: layer.source))
    found = {
        option.name: _find(option, ordered) for option in SETTINGS if option.name in _FIELDS
    }
    for pair in EXCLUSIVE:
        _exclude(pair, found)
    _require_encrypted(found)
    _require_one_action_for_each_key(found)
    _require_domains(found["web_allow"], found["web_block"])
    values: dict[str, Any] = {name: each.value for name, each in found.items()}
    return Settings(
        **values,
        origins={name: each.origin for name, each in found.items()},
        credentials=tuple(_credentials(ordered)),
        notes=tuple(note for layer in ordered for note in layer.notes),
    )


def for_demo(layers: Sequence[Layer]) -> Sequence[Layer]:
    """The layers of a run. The demo has a server of its own, so what files and variables say
    about another server is not read; a mistake in it cannot stop the demo."""
    ordered = sorted(layers, key=lambda layer: layer.source)
    if not _find(_DEMO, ordered).value:
        return layers
    return [
        layer if layer.source is SettingSource.FLAG else _serverless(layer) for layer in layers
    ]


def _serverless(layer: Layer) -> Layer:
    values = {name: text for name, text in layer.values.items() if name not in _OF_A_SERVER}
    profiles = {name: _serverless(each) for name, each in layer.profiles.items()}
    return replace(layer, values=values, profiles=profiles)


def _with_profile(layers: list[Layer]) -> list[Layer]:
    for place, layer in enumerate(layers):
        if chosen := layer.values.get("profile"):
            if not chosen.text:
                return layers
            profiles = {name: found for each in layers for name, found in each.profiles.items()}
            if chosen.text not in profiles:
                near = did_you_mean(chosen.text, profiles)
                problem = f"config.toml has no profile {quoted(chosen.text)}{near}"
                raise complaint(layer.origin(chosen), problem)
            at = place if layer.profiles else place + 1
            return [*layers[:at], profiles[chosen.text], *layers[at:]]
    return layers


def _find(option: Option, layers: Sequence[Layer], depth: int = 0) -> _Resolved:
    """What the layers from `depth` on say."""
    for at, layer in enumerate(layers[depth:], depth):
        if raw := layer.values.get(option.name):
            origin = layer.origin(raw)
            found = _Resolved(read(option, raw, origin), origin, at)
            if option.reach is Reach.TIGHTER and layer.source in FILES_OF_OTHERS:
                weaker = _find(option, layers, at + 1)
                return found if _is_tighter(found.value, weaker.value) else weaker
            if option.name == "request" and layer.joins:
                weaker = _find(option, layers, at + 1)
                both = {**dict(cast(Table, weaker.value)), **dict(cast(Table, found.value))}
                return replace(found, value=tuple(both.items()))
            return found
    return _Resolved(option.default)


def _is_tighter(value: Value, than: Value) -> bool:
    """Whether a cap is lower, or a protection is on."""
    if isinstance(value, float):
        return not isinstance(than, float) or value < than
    return bool(value)


def _require_encrypted(found: Mapping[str, _Resolved]) -> None:
    base_url = found["base_url"]
    allow_http = cast(tuple[str, ...], found["allow_http"].value)
    try:
        require_encrypted(parse_address(str(base_url.value)), allow_http)
    except ValueError as wrong:
        raise complaint(base_url.origin, f"{quoted(str(base_url.value))}: {wrong}") from None


def _require_domains(*lists: _Resolved) -> None:
    """The API refuses an address where it wants a domain."""
    for each in lists:
        for text in cast(tuple[str, ...], each.value or ()):
            if not is_domain(text):
                raise complaint(each.origin, f"{quoted(text)}: give a domain: example.com")


def _require_one_action_for_each_key(found: Mapping[str, _Resolved]) -> None:
    bindings = found["key_bindings"]
    if not bindings.value:
        return
    from streamchat.core.keymap import Bindings, build_keymap  # for those who bind keys

    try:
        build_keymap(cast(Bindings, bindings.value), enter_sends=found["enter"].value == "send")
    except ValueError as wrong:
        raise complaint(bindings.origin, str(wrong)) from None


def _exclude(pair: tuple[str, str], found: dict[str, _Resolved]) -> None:
    first, second = (found[name] for name in pair)
    if not (first.value and second.value):
        return
    if first.depth == second.depth:
        left, right = (found[name].origin.naming(name) for name in pair)
        raise complaint(left, f"cannot be combined with {right}")
    weaker = max(pair, key=lambda name: found[name].depth)
    found[weaker] = _Resolved(next(row.default for row in SETTINGS if row.name == weaker))


def _credentials(layers: Sequence[Layer]) -> Iterator[Credential]:
    for layer in layers:
        for kind in CredentialKind:
            if raw := layer.values.get(kind.value):
                option = next(row for row in SETTINGS if row.name == kind.value)
                secret = read(option, raw, origin := layer.origin(raw))
                yield Credential(kind, str(secret), origin)
