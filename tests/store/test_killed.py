"""SIGKILL at any moment of an export, an import, a deletion, of indexing, of the history and
of what the program asks by itself: nothing is lost, half or stuck (see kill_moments.py)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
OPERATIONS = (
    *("export", "export over a file", "import", "delete", "attach"),
    *("index", "history", "compact", "continue"),
)


def faults(moments: int, directory: Path, *operations: str) -> object:
    script = str(HERE / "kill_moments.py")
    done = subprocess.run(
        [sys.executable, script, str(moments), str(directory), *operations],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return json.loads(done.stdout)


def test_a_killed_operation_leaves_nothing_lost_half_or_stuck(tmp_path: Path) -> None:
    assert faults(3, tmp_path / "k") == {operation: [] for operation in OPERATIONS}


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
def test_whenever_it_is_killed(operation: str, tmp_path: Path) -> None:
    assert faults(60, tmp_path / "k", operation) == {operation: []}
