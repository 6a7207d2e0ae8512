"""What every test gets: a world of its own, and the scripted server on request."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from receiving import CANARY
from server import ScriptedServer
from streamchat.api import import_sdk_once
from streamchat.posix.fatal_signals import FATAL, is_ignored

# Before any module of tests imports the SDK, which would import all of it.
import_sdk_once(full=bool(os.environ.get("STREAMCHAT_FULL_SDK")))

# The programs that tests start, and the next run, find what was compiled before: it halves the
# time to start one.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples everywhere, and none refused because the machine was slow.
settings.register_profile(
    "same everywhere",
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same everywhere")

# Who runs the tests by `nohup`, or behind `&` in a script, ignores signals, and so would the
# programs under test.
for number in FATAL:
    if is_ignored(number):
        signal.signal(number, signal.SIG_DFL)
if is_ignored(signal.SIGINT):
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Whatever could steer the program, or the libraries under it, from outside.
_FOREIGN_PREFIXES = ("ANTHROPIC_", "CLAUDE_", "STREAMCHAT_", "XDG_", "PROMPT_TOOLKIT_")
_FOREIGN = (
    *("ACCESSIBLE", "CLICOLOR", "CLICOLOR_FORCE", "COLORTERM", "COLUMNS", "EDITOR"),
    *("FORCE_COLOR", "LINES", "NO_COLOR", "PAGER", "SSL_CERT_DIR", "SSL_CERT_FILE"),
    *("ALACRITTY_WINDOW_ID", "DISPLAY", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "SSH_CONNECTION"),
    *("SSH_TTY", "STY", "VTE_VERSION", "WAYLAND_DISPLAY", "WT_SESSION", "XTERM_VERSION"),
    *("TERM_PROGRAM", "TMUX", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "TZ", "VISUAL"),
)
_PROXIES = ("ALL_PROXY", "FTP_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for each test, all in one directory: a `tmp_path` costs twice as much as the rest
    of `isolated_world`."""
    directory = tmp_path_factory.mktemp("homes")
    return (directory / str(number) for number in count())


@pytest.fixture(autouse=True)
def isolated_world(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the home, the settings, the keys or the terminal of who runs it."""
    for name in list(os.environ):
        foreign = name in _FOREIGN or name.upper() in _PROXIES
        if foreign or name.startswith(_FOREIGN_PREFIXES):
            monkeypatch.delenv(name)
    home = next(homes)
    home.mkdir()
    for name, value in {
        "HOME": home,
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local/share",
        "XDG_RUNTIME_DIR": home / ".run",
        "XDG_STATE_HOME": home / ".local/state",
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(home)


@pytest.fixture
def towards(server: ScriptedServer) -> Mapping[str, str]:
    """The variables of a program that talks to the scripted server."""
    return {"ANTHROPIC_API_KEY": CANARY, "ANTHROPIC_BASE_URL": server.base_url}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A Messages API server that answers as the test scripts it (see tests/server.py)."""
    with ScriptedServer() as running:
        yield running
