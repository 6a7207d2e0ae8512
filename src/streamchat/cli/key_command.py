"""`api_key_command`: a program of the user's own prints the key (pass, op, a keychain).

Rules: it runs once, before the first request, and only where its key may be sent and no other
key was given. It is run without a shell. It may ask on the terminal, but it never reads what
was piped to us. Its first line is the key.
"""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import replace

from streamchat.api.server import checked
from streamchat.cli.environment import Environment
from streamchat.core.errors import ConfigError, NoPermission
from streamchat.core.settings import (
    Credential,
    CredentialKind,
    Origin,
    Settings,
    needs_commanded_key,
)

MOST_S = 60.0  # a password manager may ask for its password


def with_commanded_key(settings: Settings, env: Environment) -> Settings:
    """The settings with the key that the command printed. Raises ConfigError."""
    command, origin = settings.api_key_command, settings.origins["api_key_command"]
    if not command or not needs_commanded_key(settings):
        return settings
    try:
        key = checked(_first_line(command, origin, env), "API key")
    except NoPermission as error:
        raise ConfigError(
            f"{origin}: the first line that the command printed is not a key: it contains a"
            " space or a foreign character. The command is run without a shell."
        ) from error
    if key is None:
        raise ConfigError(f"{origin}: the command printed nothing")
    credential = Credential(CredentialKind.API_KEY, key, origin)
    return replace(settings, credentials=(*settings.credentials, credential))


def _first_line(command: str, origin: Origin, env: Environment) -> str:
    try:
        argv = shlex.split(command)
    except ValueError as error:
        raise ConfigError(f"{origin}: {str(error).lower()}") from error
    if not argv:
        return ""
    try:
        done = subprocess.run(
            argv,
            stdin=None if env.stdin.isatty() else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=dict(env.environ),
            timeout=MOST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigError(f"{origin}: the command took more than {MOST_S:g} s") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"{origin}: cannot run {argv[0]}: {why}") from error
    if done.returncode < 0:
        raise ConfigError(f"{origin}: the command was ended by signal {-done.returncode}")
    if done.returncode:
        raise ConfigError(f"{origin}: the command ended with status {done.returncode}")
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    return lines[0] if lines else ""
