"""Settings as values: what can be set, who set it, and where a key may be sent.

Owns the parsing of values and their origins (`values`, `layers`, `address`), the order of the
sources (`resolve`), the rule of trust (`trust`) and the texts generated from the table of
`core.options` (`report`, imported by itself because no chat needs it).
Knows no file, stream or process: variables arrive as mappings, config.toml as a parsed table.
The sources, strongest first: flag, environment, --env-file, allowed ./.env, configuration
directory, default.
"""

from __future__ import annotations

from streamchat.core.settings.address import parse_address
from streamchat.core.settings.certificates import Certificates, read_certificates
from streamchat.core.settings.layers import (
    did_you_mean,
    from_keys,
    from_variables,
    is_taken,
)
from streamchat.core.settings.proxy import Proxy, choose_proxy
from streamchat.core.settings.resolve import (
    Credential,
    CredentialKind,
    Settings,
    for_demo,
    resolve,
)
from streamchat.core.settings.trust import (
    KnownSecrets,
    clouds_secrets,
    endpoint,
    masked,
    needs_commanded_key,
)
from streamchat.core.settings.values import Layer, Origin, RawValue, SettingSource

__all__ = [
    "Certificates",
    "Credential",
    "CredentialKind",
    "KnownSecrets",
    "Layer",
    "Origin",
    "Proxy",
    "RawValue",
    "SettingSource",
    "Settings",
    "choose_proxy",
    "clouds_secrets",
    "did_you_mean",
    "endpoint",
    "for_demo",
    "from_keys",
    "from_variables",
    "is_taken",
    "masked",
    "needs_commanded_key",
    "parse_address",
    "read_certificates",
    "resolve",
]
