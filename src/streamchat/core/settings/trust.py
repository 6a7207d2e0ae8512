"""Where a key may be sent, and how secrets are kept out of what leaves the program.

The sources are: flag, environment, --env-file, ./.env, and the configuration directory (its
`.env`, its `config.toml` and the variables that config.toml names count as one source). The
rule: a key from source K is sent to a host named by source H only if

1. the host is the default one (https://api.anthropic.com, port 443), whoever named it; or
2. K is H: the source of the key also chose the host; or
3. H is the flag: the user typed `--base-url` for this run.

Anything else is refused. A key is never sent or left out silently. The strongest key that
may be sent is used, so a key and a host from one source stay together. The reasons:

- The environment is not always the user's choice: editors, containers and direnv fill it
  from a project's files. It may name a host for its own key, not for a configured key.
- `--env-file` may be a repository's file. The user typed its name, not its content.
- The configuration directory is the user's, but a host in it says nothing about an exported
  key. One line, `api_key_env`, does.
- Loopback is no exception: on a shared machine, any user may listen on a port.
- A profile that names another host describes that server completely: its key is the one
  that the profile names, or none (a local server needs none).
- What the SDK finds by itself (a login, ANTHROPIC_PROFILE) belongs to no source. It is sent
  to the default host; a named profile also to a host that the flag names.
- Headers are keys: `headers` belong to the configuration, ANTHROPIC_CUSTOM_HEADERS to the
  environment.
- Another host gets a token (ANTHROPIC_AUTH_TOKEN) alone where a key may be sent as well:
  people who use a gateway export the gateway's token beside their own key.
- A platform (a cloud) gets its own credentials, which its own library finds. Naming the
  platform in the configuration allows that. No key or header for Anthropic is sent there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streamchat.core.errors import ConfigError
from streamchat.core.settings.address import Address, parse_address
from streamchat.core.settings.resolve import Credential, CredentialKind, Settings
from streamchat.core.settings.values import Origin, SettingSource

_ANY_KEY = re.compile(r"sk-ant-[\w-]+")
_KEY_PREFIX = "sk-ant-"
_KEY_HEADER = re.compile("auth|cookie|key|password|secret|token", re.IGNORECASE)
_SHOWN_END = 4
# Shorter ones ("none", "test", for local servers) are words, not secrets.
_SHORTEST_SECRET = 8
_SHORTEST_WITH_END = 16


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server and what may be sent to it.

    Without `credential` and `sdk_may_search`, the request carries no credential, and the
    SDK must not search the environment or its own profiles. `remarks` are for the banner.
    """

    address: Address
    credential: Credential | None
    sdk_may_search: bool
    sdk_profile: str | None
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    platform: str | None
    remarks: tuple[str, ...]


def endpoint(settings: Settings) -> Endpoint:
    """Apply the rule. Raises ConfigError for a key that may not be sent to this host."""
    address = parse_address(settings.base_url)
    host = settings.origins["base_url"]
    for name in ("headers", "custom_headers", "platform"):
        if getattr(settings, name) and not _may_go(settings.origins[name], host, address):
            raise _refusal(settings.origins[name], host, address)
    if settings.platform:
        return _at_a_cloud(settings, address)
    credential = _choose(settings, host, address)
    sdk_may_search = credential is None and _sdk_may_search(settings, host, address)
    return Endpoint(
        address=address,
        credential=credential,
        sdk_may_search=sdk_may_search,
        sdk_profile=settings.sdk_profile if sdk_may_search else None,
        headers=settings.headers,
        platform=None,
        remarks=tuple(_remarks(settings, credential, address)),
    )


def needs_commanded_key(settings: Settings) -> bool:
    """Whether `api_key_command` has to print the key: no other was given, and it may be sent.
    A profile's host gets the key of a command in the same profile only. Raises ConfigError."""
    if not settings.api_key_command or settings.demo:
        return False
    end = endpoint(settings)
    profile = settings.origins["api_key_command"].profile
    is_same = settings.origins["base_url"].profile == profile
    return end.credential is None and not end.platform and (end.address.is_default or is_same)


def _at_a_cloud(settings: Settings, address: Address) -> Endpoint:
    where = settings.origins["platform"]
    if settings.custom_headers:
        raise ConfigError(
            f"{settings.origins['custom_headers']} would be sent to {settings.platform}"
            f" ({where}): unset it, or write headers beside platform"
        )
    host = (
        ""
        if settings.origins["base_url"].source is SettingSource.DEFAULT
        else f" {address.host}"
    )
    return Endpoint(
        address=address,
        credential=None,
        sdk_may_search=False,
        sdk_profile=None,
        headers=settings.headers,
        platform=settings.platform,
        remarks=(f"server: {settings.platform}{host} ({where})",),
    )


def _may_go(key: Origin, host: Origin, address: Address) -> bool:
    return address.is_default or host.source in (SettingSource.FLAG, key.source)


def _choose(settings: Settings, host: Origin, address: Address) -> Credential | None:
    given = settings.credentials
    if host.profile and not address.is_default:
        given = tuple(each for each in given if each.origin.profile == host.profile)
    allowed = [each for each in given if _may_go(each.origin, host, address)]
    if given and not allowed:
        raise _refusal(given[0].origin, host, address)
    if not address.is_default:  # a gateway's token beside Anthropic's own key
        tokens = [each for each in allowed if each.kind is CredentialKind.AUTH_TOKEN]
        allowed = tokens or allowed
    return allowed[0] if allowed else None


def _sdk_may_search(settings: Settings, host: Origin, address: Address) -> bool:
    if address.is_default:
        return True
    return host.source is SettingSource.FLAG and settings.sdk_profile is not None


def _refusal(key: Origin, host: Origin, address: Address) -> ConfigError:
    allow = f"type --base-url {address.url}"
    if (
        host.source is SettingSource.CONFIG
        and key.source is SettingSource.ENVIRONMENT
        and key.name in _KEY_OF
    ):
        allow += f', or write {_KEY_OF[key.name]} = "{key.name}" beside base_url'
    return ConfigError(
        f"the key from {key} is not sent to {address.host}, because {host} named that host;"
        f" to send it there, {allow}"
    )


_CLOUD_SECRETS = (
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "ANTHROPIC_AWS_API_KEY",
    "ANTHROPIC_FOUNDRY_API_KEY",
)
_KEY_OF = {"ANTHROPIC_API_KEY": "api_key_env", "ANTHROPIC_AUTH_TOKEN": "auth_token_env"}


def _remarks(
    settings: Settings, credential: Credential | None, address: Address
) -> Iterable[str]:
    if not address.is_default:
        exposed = ", not encrypted" if address.is_exposed else ""
        yield f"server: {address.host} ({settings.origins['base_url']}){exposed}"
    if credential and credential.origin.source in (
        SettingSource.ENV_FILE,
        SettingSource.DOTENV,
    ):
        yield (
            f"the key is from {credential.origin.place}; the owner of that key may see this"
            " conversation"
        )
    if credential is None and settings.credentials:
        profile = settings.origins["base_url"].profile
        yield f"no key is sent: profile {profile} has no api_key_env"


def list_secrets(settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Every secret that must not leave the program."""
    headers = (*settings.headers, *settings.custom_headers)
    return (
        *(credential.secret for credential in settings.credentials),
        *(value for _, value in headers),
        *clouds_secrets(environ),
    )


def session_keys(settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that no answer may show: long enough not to be a word that it may use."""
    headers = (*settings.headers, *settings.custom_headers)
    found = (
        *(credential.secret for credential in settings.credentials),
        *(value.rpartition(" ")[2] for name, value in headers if _KEY_HEADER.search(name)),
        *clouds_secrets(environ),
    )
    return tuple(dict.fromkeys(key for key in found if len(key) >= _SHORTEST_WITH_END))


@dataclass(slots=True)
class KnownSecrets:
    """The secrets that this process was given so far. It only grows: what was sent to one
    server stays secret after /profile or /login."""

    secrets: tuple[str, ...] = field(default=(), repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)  # see `session_keys`

    def add(self, settings: Settings, environ: Mapping[str, str]) -> None:
        """Those of the settings."""
        more = list_secrets(settings, environ)
        self.secrets = tuple(dict.fromkeys((*self.secrets, *more)))
        self.keys = tuple(dict.fromkeys((*self.keys, *session_keys(settings, environ))))

    def redact(self, text: str) -> str:
        """See `redact_secrets`."""
        return redact_secrets(text, self.secrets)


def clouds_secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The secrets that the libraries of the clouds take from the environment."""
    return tuple(value for name in _CLOUD_SECRETS if (value := environ.get(name, "").strip()))


def masked(secret: str) -> str:
    """Enough of a key to recognise it, and no more."""
    prefix = _KEY_PREFIX if secret.startswith(_KEY_PREFIX) else ""
    end = secret[-_SHOWN_END:] if len(secret) - len(prefix) >= _SHORTEST_WITH_END else ""
    if not (end.isascii() and end.isprintable()):  # not a key, but a terminal would obey it
        end = ""
    return f"{prefix}…{end}"


def redact_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with the secrets masked, and everything that looks like an Anthropic key."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, masked(secret))
    return _ANY_KEY.sub(lambda found: masked(found[0]), text)
