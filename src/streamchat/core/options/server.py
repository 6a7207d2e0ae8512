"""Options: which server, with which key, and where settings come from."""

from __future__ import annotations

from streamchat.core.options.rows import Group, Kind, Option, Reach, setting

DEFAULT_URL = "https://api.anthropic.com"

SERVER = (
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
        "api_key_command", "a command that prints the key (`pass show anthropic`); it is run "
        "without a shell, once, if there is no other key", Group.SERVER, key="api_key_command",
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
