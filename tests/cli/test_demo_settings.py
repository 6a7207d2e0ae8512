"""The demo with settings that were made for another server."""

import json
import os
from pathlib import Path

import pytest

from program import run_program

FOR_ANOTHER = """
profile = "nas"
role = "cook"
effort = "max"
fallback = ["other"]
platform = "bedrock"
[request]
top_k = 3
[profiles.nas]
base_url = "http://nas.lan:8080"
model = "llama3:8b"
headers = { "X y" = "" }
"""


def configure(name: str, text: str) -> None:
    path = Path(os.environ["XDG_CONFIG_HOME"], "streamchat", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)


def test_the_demo_answers_whatever_server_and_model_are_set() -> None:
    configure("config.toml", FOR_ANOTHER)
    configure("roles/cook.md", "---\nmodel: a-cook\n---\nBe brief.")
    run = run_program("--demo", "--json", "hi")
    assert run.status == 0, run.stderr
    assert json.loads(run.stdout)["model"] == "claude-sonnet-5-5"
    declined = run_program("--demo", "decline")
    assert "Use -m MODEL to ask another." in declined.stderr
    assert run_program("--demo", "-m", "llama3:8b", "hi").status == 65


@pytest.mark.parametrize("flag", ["--prompt", "--role"])
def test_a_file_that_a_flag_names_is_no_choice_of_a_model_that_the_demo_lacks(
    flag: str,
) -> None:
    for kind in ("prompts", "roles"):
        configure(f"{kind}/cook.md", "---\nmodel: a-cook\n---\nBe brief.")
    run = run_program("--demo", flag, "cook", "--json", "hi")
    assert run.status == 0, run.stderr
    assert json.loads(run.stdout)["model"] == "claude-sonnet-5-5"


def test_a_model_that_the_demo_has_is_the_one_that_is_set() -> None:
    configure("config.toml", 'model = "haiku"\n')
    model = json.loads(run_program("--demo", "--json", "hi").stdout)["model"]
    assert model.startswith("claude-haiku")
