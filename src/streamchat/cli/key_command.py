"""`api_key_command`: a program of the user's own prints the key (pass, op, a keychain).

Rules: it runs once, before the first request, and only where its key may be sent and no other
key was given. It is run without a shell. It may ask on the terminal, but it never reads what
was piped to us. Its first line is the key. Its output and its time are limited.
"""

from __future__ import annotations

import errno
import shlex
import subprocess
from collections.abc import Sequence
from contextlib import suppress
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
from streamchat.posix.files import PIPE_S, pipe_wait, read_stream

MOST_BYTES = 1 << 16  # of its output; a key is on the first line
_STOPPING_S = 0.25  # time to end after a Ctrl-C
_TOO_MUCH = f"the command printed more than {MOST_BYTES:,} bytes"
_TOO_LONG = f"the command took more than {PIPE_S:g} s"


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
    status, printed = _run(argv, origin, env)
    if status < 0:
        raise ConfigError(f"{origin}: the command was ended by signal {-status}")
    if status:
        raise ConfigError(f"{origin}: the command ended with status {status}")
    lines = printed.decode("utf-8", "replace").strip().splitlines()
    return lines[0] if lines else ""


def _run(argv: Sequence[str], origin: Origin, env: Environment) -> tuple[int, bytes]:
    """The exit status of the command and what it printed. Raises ConfigError."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=None if env.stdin.isatty() else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=dict(env.environ),
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"{origin}: cannot run {argv[0]}: {why}") from error
    with process:
        assert process.stdout is not None
        try:
            printed = read_stream(process.stdout, most_bytes=MOST_BYTES, wait=pipe_wait())
            return process.wait(PIPE_S), printed
        except subprocess.TimeoutExpired as error:
            raise ConfigError(f"{origin}: {_TOO_LONG}") from error
        except OSError as error:
            limit = _TOO_MUCH if error.errno == errno.EFBIG else _TOO_LONG
            raise ConfigError(f"{origin}: {limit}") from error
        except KeyboardInterrupt:  # the command had it too, and may set the terminal right
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOPPING_S)
            raise
        finally:
            process.kill()  # does nothing once it has ended
