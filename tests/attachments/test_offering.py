"""Which files the prompt offers behind an `@`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from streamchat.attachments import offering
from streamchat.attachments.offering import list_offered, only_sendable


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.py", "pkg/b.py", "pkg/deep/c.txt", "build/out.txt", ".env", ".hid/d.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    (tmp_path / "pkg" / "lib.so").write_bytes(b"\0")
    (tmp_path / ".gitignore").write_text("build\n")
    return tmp_path


def test_without_git_all_that_is_not_hidden_or_binary_is_offered(tree: Path) -> None:
    assert list_offered(tree, {"PATH": ""}) == [
        *("build/", "pkg/", "pkg/deep/"),
        *("a.py", "build/out.txt", "pkg/b.py", "pkg/deep/c.txt"),
    ]


def test_in_a_repository_git_says_which_files_there_are(tree: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    subprocess.run(
        ["git", "config", "core.fsmonitor", "touch ran; false"], cwd=tree, check=True
    )
    offered = list_offered(tree, os.environ)
    assert sorted(offered) == ["a.py", "pkg/", "pkg/b.py", "pkg/deep/", "pkg/deep/c.txt"]
    assert sorted(list_offered(tree / "pkg", os.environ)) == ["b.py", "deep/", "deep/c.txt"]
    assert not (tree / "ran").exists()


def test_a_walk_has_a_bound(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offering, "MOST_LISTED", 5)
    assert list_offered(tree, {"PATH": ""}) == ["build/", "a.py", "build/out.txt"]


def test_of_too_many_files_those_that_are_near_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offering, "MOST_LISTED", 2)
    names = ["deep/er/a", "deep/b", "z"]
    monkeypatch.setattr(offering, "_known_to_git", lambda *_: names)
    assert list_offered(tmp_path, {}) == ["deep/", "z", "deep/b"]


def test_what_is_binary_inside_or_gone_is_left_out(tree: Path) -> None:
    (tree / "data.txt").write_bytes(b"a\0b")
    (tree / "photo.png").write_bytes(b"\x89PNG\0")
    os.mkfifo(tree / "pipe")
    names = ["a.py", "data.txt", "photo.png", "gone.py", "pipe", "pkg/"]
    assert only_sendable(names, tree) == ["a.py", "photo.png", "pkg/"]
