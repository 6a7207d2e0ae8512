"""What servers said about their models, kept on disk for a day.

Owns the model files of the cache directory. An unreadable file counts as missing, and a
failing disk does no harm. Must not know what the objects mean.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from streamchat.core.messages import JsonObject
from streamchat.posix.files import read_file

KEPT_S = 86400.0
LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ModelCache:
    """The objects of one server (its URL), in `directory`."""

    directory: Path
    server: str
    clock: Callable[[], float]  # seconds since the epoch

    def read(self, model: str) -> JsonObject | None:
        """The model's object; None if there is none younger than a day."""
        try:
            kept = json.loads(read_file(self._file(model), most_bytes=LARGEST_BYTES))
            fresh = 0 <= self.clock() - kept["at"] < KEPT_S
            return dict(kept["model"]) if fresh else None
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None

    def write(self, model: str, data: JsonObject) -> None:
        """Write a scratch file and rename it, because another process may be reading."""
        content = json.dumps({"at": self.clock(), "model": data})
        file = self._file(model)
        scratch = file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(scratch, "w", encoding="ascii", opener=_private) as out:
                out.write(content)
            scratch.replace(file)

    def _file(self, model: str) -> Path:
        """A digest, because an id may hold a path."""
        import hashlib  # 4 ms, after the first prompt

        digest = hashlib.sha256(f"{self.server}\n{model}".encode(errors="replace"))
        return self.directory / f"model-{digest.hexdigest()[:24]}.json"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
