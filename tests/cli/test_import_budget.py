"""The import budget: what is loaded for --version, for the first prompt, for one request.

Modules of ours are counted by name. Others are counted by number, with room for what a
release of a library may add; the heavy ones are named.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import streamchat
from server import ScriptedServer, text_reply

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
LIBRARIES = frozenset(
    {
        *("anthropic", "dotenv", "genai_prices", "httpx2", "markdown_it", "prompt_toolkit"),
        *("pydantic", "pygments", "rich", "sqlite3", "wcwidth"),
    }
)
# Stops the program where it is about to do something, and says what is loaded.
STOPPED = """
import json, os, sys
def tell():
    loaded = sorted(sys.modules)
    with open(os.environ["TOLD"], "w") as told:
        json.dump(loaded, told)
    os._exit(0)
class Gate:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ.get("BEFORE_IMPORT"):
            tell()
def watch(event, _):
    if event == os.environ.get("BEFORE_EVENT"):
        tell()
sys.meta_path.insert(0, Gate())
sys.addaudithook(watch)
from streamchat.__main__ import main
try:
    main()
finally:
    tell()
"""


def loaded(
    told: Path, *arguments: str, stdin: int = subprocess.DEVNULL, **environ: str
) -> set[str]:
    """The modules that are loaded where the program is stopped."""
    subprocess.run(
        [sys.executable, "-c", STOPPED, *arguments],
        stdin=stdin,
        stdout=None if stdin == subprocess.DEVNULL else stdin,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environ, "TOLD": str(told)},
        check=True,
    )
    return set(json.loads(told.read_text()))


def ours(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] == "streamchat"}


def libraries(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} & LIBRARIES


def in_rooms(modules: set[str], *rooms: str) -> set[str]:
    """Those of ours that lie in the rooms, without the packages themselves."""
    return {
        name
        for name in ours(modules)
        if name.startswith(tuple(f"streamchat.{r}." for r in rooms))
    }


SETTINGS = "address certificates layers proxy resolve trust values".split()
OPTIONS = "input limits output reports request rows server".split()
FOR_THE_SETTINGS = {
    "streamchat",
    "streamchat.__main__",
    "streamchat.app",
    "streamchat.app.json_lines",
    "streamchat.app.stderr_notes",
    *(f"streamchat.{each}" for each in ("cli", "config", "core", "posix")),
    *(f"streamchat.cli.{each}" for each in "banner build_run environment first_prompt".split()),
    *(f"streamchat.cli.{each}" for each in "invocation main run short_names".split()),
    "streamchat.cli.trust",
    *(f"streamchat.config.{each}" for each in "allowed files load paths".split()),
    "streamchat.config.trust_question",
    *(f"streamchat.core.{each}" for each in "errors formatting model_names rates".split()),
    "streamchat.core.reasoning",
    "streamchat.core.sanitize",
    *(f"streamchat.core.{each}" for each in "options settings terminal theme".split()),
    *(f"streamchat.core.settings.{each}" for each in SETTINGS),
    *(f"streamchat.core.options.{each}" for each in OPTIONS),
    *(f"streamchat.posix.{each}" for each in "fatal_signals files terminals".split()),
}
NEXT = "streamchat.cli.run_repl"  # is imported once the prompt stands, and asyncio with it
FOR_THE_FIRST_PROMPT = {
    *("streamchat.prompt", "streamchat.prompt.early"),
    *("streamchat.render", "streamchat.render.banner", "streamchat.render.cells"),
    *("streamchat.render.literal", "streamchat.render.rows", "streamchat.render.spans"),
    *("streamchat.render.screen", "streamchat.render.screen.window", "streamchat.render.style"),
}


def test_the_version_needs_no_more_than_the_settings(tmp_path: Path) -> None:
    modules = loaded(tmp_path / "told", "--version")
    assert ours(modules) - FOR_THE_SETTINGS == {"streamchat.cli.arguments"}
    assert libraries(modules) == set()
    assert len(modules - ours(modules)) < 130


FOR_A_TAB = {
    *("streamchat", "streamchat.__main__", "streamchat.cli", "streamchat.cli.completion"),
    *("streamchat.core", "streamchat.core.options", "streamchat.core.reasoning"),
    *(f"streamchat.core.options.{each}" for each in OPTIONS),
}


@pytest.mark.parametrize(
    ("words", "also"),
    [
        (("--mo",), set[str]()),
        (("--resume", ""), {"streamchat.config", "streamchat.config.paths"}),
    ],
)
def test_a_tab_in_the_shell_needs_only_the_table(
    words: tuple[str, ...], also: set[str], tmp_path: Path
) -> None:
    modules = loaded(tmp_path / "told", "--complete", *words)
    assert ours(modules) - FOR_A_TAB == also
    assert libraries(modules) == set()
    # `dataclasses` with `inspect` costs 8 ms, a third of what is spent.
    assert modules.isdisjoint({"dataclasses", "inspect", "argparse", "datetime", "asyncio"})


def test_the_first_prompt_needs_no_more_than_the_settings_and_its_looks(tmp_path: Path) -> None:
    person, terminal = pty.openpty()
    environ = {"BEFORE_IMPORT": NEXT, "ANTHROPIC_API_KEY": "sk-ant-test"}
    modules = loaded(tmp_path / "told", stdin=terminal, **environ)
    os.close(terminal)
    drawn = os.read(person, 65536).decode()
    os.close(person)
    assert drawn.endswith("❯ \x1b[0m\x1b[?2004h")
    assert ours(modules) - FOR_THE_SETTINGS - FOR_THE_FIRST_PROMPT == set()
    assert libraries(modules) == set()
    assert len(modules - ours(modules)) < 130


def test_the_first_run_asks_without_the_sdk(tmp_path: Path) -> None:
    person, terminal = pty.openpty()
    # It looks for servers on this machine right before it asks.
    modules = loaded(tmp_path / "told", stdin=terminal, BEFORE_EVENT="socket.connect")
    os.close(terminal)
    os.close(person)
    assert "streamchat.cli.first_run" in modules
    assert libraries(modules) <= {"prompt_toolkit", "wcwidth"}


def test_one_request_needs_no_prompt_no_renderer_and_no_prices(
    server: ScriptedServer, tmp_path: Path
) -> None:
    server.enqueue(text_reply("never sent"))
    modules = loaded(
        tmp_path / "told",
        "hello",
        BEFORE_EVENT="socket.connect",
        ANTHROPIC_API_KEY="sk-ant-test",
        ANTHROPIC_BASE_URL=server.base_url,
    )
    assert libraries(modules) == {"anthropic", "httpx2", "pydantic"}
    not_needed = "app.commands attachments demo export importers prompt render search"
    assert in_rooms(modules, *not_needed.split()) == set()
    assert "streamchat.cli.run_repl" not in modules
    assert len(ours(modules)) < 170
    sdk = {name for name in modules if name.partition(".")[0] == "anthropic"}
    assert len(sdk) < 250  # of 2,900
    assert len(modules - ours(modules) - sdk) < 480


def test_a_thing_that_reads_only_the_prompt_loads_neither_sdk_nor_renderer(
    tmp_path: Path,
) -> None:
    code = (
        "import json, sys, streamchat.prompt.reader;json.dump(sorted(sys.modules), sys.stdout)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert libraries(set(json.loads(done.stdout))) <= {"prompt_toolkit", "wcwidth", "pygments"}


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    assert streamchat.__version__ == project["version"]
