"""The import budget: what may be loaded before the prompt is on the screen."""

import subprocess
import sys
import tomllib
from pathlib import Path

import streamchat

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def loaded_by(module: str) -> set[str]:
    """Top-level names in sys.modules after importing `module` in a fresh process."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_the_command_line_loads_no_library() -> None:
    heavy = {
        "anthropic",
        "httpx2",
        "pydantic",
        "rich",
        "pygments",
        "markdown_it",
        "prompt_toolkit",
        "platformdirs",
        "dotenv",
        "genai_prices",
    }
    assert loaded_by("streamchat.cli.main") & heavy == set()


def test_the_prompt_loads_neither_sdk_nor_renderer() -> None:
    heavy = {"anthropic", "httpx2", "pydantic", "rich", "pygments", "markdown_it"}
    assert loaded_by("streamchat.prompt") & heavy == set()


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    assert streamchat.__version__ == project["version"]
