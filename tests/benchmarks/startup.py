"""How long until one can type: from process start to the prompt, on a pty.

Prints the median beside bare imports measured in the same run, and the ratios, since
only ratios mean something on a shared machine. Target: under 2 times
`import prompt_toolkit`.

    python tests/benchmarks/startup.py [RUNS]
"""

from __future__ import annotations

import os
import pty
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROMPT = "❯ ".encode()
TIMEOUT_S = 30.0


def import_s(code: str) -> float:
    """Seconds of a whole process that runs `code`."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def prompt_s(home: Path, *arguments: str) -> float:
    """Seconds from fork to the prompt on the terminal."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "ANTHROPIC_API_KEY": "sk-ant-benchmark",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    command = [sys.executable, "-m", "streamchat", "--no-save", *arguments]
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, command, environment)
    try:
        wait_for(terminal, PROMPT)
        return time.perf_counter() - began
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def wait_for(terminal: int, wanted: bytes) -> None:
    seen = b""
    deadline = time.perf_counter() + TIMEOUT_S
    while wanted not in seen:
        ready, _, _ = select.select([terminal], [], [], deadline - time.perf_counter())
        if not ready:
            raise SystemExit(f"no prompt within {TIMEOUT_S:.0f} s, but: {seen!r}")
        seen += os.read(terminal, 65536)


def main(runs: int) -> None:
    home = Path(tempfile.mkdtemp(prefix="streamchat-benchmark-"))
    measures: dict[str, Callable[[], float]] = {
        "python -c pass": lambda: import_s("pass"),
        "import prompt_toolkit": lambda: import_s("import prompt_toolkit"),
        "import anthropic": lambda: import_s("import anthropic"),
        "streamchat to the prompt": lambda: prompt_s(home),
        "streamchat --demo to the prompt": lambda: prompt_s(home, "--demo"),
    }
    times: dict[str, list[float]] = {name: [] for name in measures}
    for turn in range(runs + 1):  # the first warms the caches; interleaved against drift
        for name, measure in measures.items():
            seconds = measure()
            if turn:
                times[name].append(seconds)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    base = medians["import prompt_toolkit"]
    print(f"{'':34} {'median':>8} {'min':>8} {'max':>8}   over import prompt_toolkit")
    for name, taken in times.items():
        low, high = min(taken), max(taken)
        print(
            f"{name:34} {medians[name]:7.3f}s {low:7.3f}s {high:7.3f}s   "
            f"{medians[name] / base:.2f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
