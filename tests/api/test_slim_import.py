"""The SDK without what a chat does not use: the same values; in doubt, the whole one."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import anthropic
import pytest

from outcomes import build_environment
from server import ScriptedServer, text_reply
from streamchat.api import import_sdk_once
from streamchat.api.slim_import.finder import (
    _KNOWN_END,
    UnknownLayoutError,
    _must_be_known,
)
from streamchat.cli import main as cli

API = Path(__file__).parent
INSTALLED = Path(anthropic.__file__).parent
VALUES = API / "sdk_values.py"

ASK = """
import asyncio, json, sys
from contextlib import aclosing
from streamchat.api import ApiClient, Server, import_sdk_once
from receiving import listen

async def ask():
    async with aclosing(ApiClient(Server(sys.argv[1], api_key="k"))) as api:
        return (await listen(api)).text

text = asyncio.run(ask())
how = import_sdk_once(full=False)
print(json.dumps({"text": text, "is_slim": how.is_slim, "why": how.why}))
"""


def run(*command: str, **variables: str) -> Any:
    """What a fresh Python prints, read as JSON."""
    path = os.pathsep.join([*variables.pop("path", "").split(), *map(str, sys.path)])
    environ = {**os.environ, "PYTHONPATH": path, **variables}
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, env=environ
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_slim_and_whole_make_equal_values_of_the_same_classes() -> None:
    slim = run(str(VALUES))
    whole = run(str(VALUES), STREAMCHAT_FULL_SDK="1")
    assert not whole["is_slim"]
    assert slim["values"] == whole["values"]


def changed_sdk(to: Path, file: str, before: str, after: str) -> Path:
    """The installed SDK, with something before and after what one file of it holds."""
    copy, real = to / "anthropic", INSTALLED
    for part in Path(file).parts:
        copy.mkdir(parents=True)
        for entry in real.iterdir():
            if entry.name != part:
                (copy / entry.name).symlink_to(entry)
        copy, real = copy / part, real / part
    text = f"{before}\n{real.read_text(encoding='utf-8')}\n{after}\n"
    copy.write_text(text, encoding="utf-8")
    return to


IS_LATE = "type(__import__('sys').modules['anthropic']).__name__ != 'module'"
SLIM_LACKS_A_NAME = f"""
if {IS_LATE}:
    del AsyncMessageStreamManager
"""
SLIM_CLIENT_FAILS = f"""
_make = AsyncAnthropic.__init__
def _make_or_fail(self, **options):
    if {IS_LATE}:
        raise AttributeError("a part of the client")
    _make(self, **options)
AsyncAnthropic.__init__ = _make_or_fail
"""
CHANGES = [
    pytest.param(
        "__init__.py", "", "globals().update()", id="the package does more than it did"
    ),
    pytest.param(
        "_client.py",
        "",
        SLIM_CLIENT_FAILS,
        id="the first client fails",
        marks=pytest.mark.slow,
    ),
    pytest.param(
        "types/text_block.py",
        "from .beta.beta_text_block import BetaTextBlock",
        "",
        id="a type of replies refers to another product",
        marks=pytest.mark.slow,
    ),
    pytest.param(
        "types/message.py",
        "",
        "issubclass(AssistantMessageParam, dict)",
        id="a module cannot do with a lazy name",
        marks=pytest.mark.slow,
    ),
    pytest.param(
        "lib/streaming/_messages.py",
        "",
        SLIM_LACKS_A_NAME,
        id="a name is missing",
        marks=pytest.mark.slow,
    ),
]


@pytest.mark.parametrize(("file", "before", "after"), CHANGES)
def test_an_sdk_of_another_layout_is_imported_whole_and_answers(
    server: ScriptedServer, tmp_path: Path, file: str, before: str, after: str
) -> None:
    server.enqueue(text_reply("here"))
    changed = changed_sdk(tmp_path / "sdk", file, before, after)
    told = run("-c", ASK, server.base_url, path=str(changed))
    assert (told["text"], told["is_slim"]) == ("here", False), told["why"]
    assert len(server.posts) == 1


def test_the_reason_for_the_whole_sdk_names_what_is_new() -> None:
    lines = [*_KNOWN_END.splitlines(), "does_more()"]
    with pytest.raises(UnknownLayoutError, match=r"as known: does_more\(\)$"):
        _must_be_known(lines)


def test_the_configuration_says_how_the_sdk_is_imported(
    server: ScriptedServer, tmp_path: Path
) -> None:
    printed = io.StringIO()
    environment = build_environment(server, tmp_path, printed, io.StringIO())
    assert cli.main(["--show-config"], environment) == 0
    last = printed.getvalue().splitlines()[-1]
    assert last == f"the SDK is imported {import_sdk_once(full=False)}"


@pytest.mark.slow
def test_the_api_suite_passes_with_the_whole_sdk() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(API)]
    environ = {**os.environ, "STREAMCHAT_FULL_SDK": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environ)
    assert done.returncode == 0, done.stdout
