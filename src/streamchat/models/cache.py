"""What servers said about their models, kept on disk for a day.

Owns the model files of the cache directory. An unreadable file counts as missing, and a
failing disk does no harm. Must not know what the objects mean.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
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

    def read_list(self) -> list[JsonObject]:
        """All models that the server listed, however long ago; none if it never did."""
        return self._kept_list()[0]

    @property
    def has_fresh_list(self) -> bool:
        """Whether the server listed its models within a day."""
        return self._kept_list()[1]

    def _kept_list(self) -> tuple[list[JsonObject], bool]:
        try:
            kept = json.loads(read_file(self._list_file, most_bytes=LARGEST_BYTES))
            listed = [dict(each) for each in kept["models"]]
            return listed, 0 <= self.clock() - kept["at"] < KEPT_S
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return [], False

    def write_list(self, models: Sequence[JsonObject]) -> None:
        """Keep the list; see `write`."""
        self._write(self._list_file, {"at": self.clock(), "models": list(models)})

    def write(self, model: str, data: JsonObject) -> None:
        """Write a scratch file and rename it, because another process may be reading."""
        self._write(self._file(model), {"at": self.clock(), "model": data})

    def _write(self, file: Path, data: JsonObject) -> None:
        content = json.dumps(data)
        scratch = file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(scratch, "w", encoding="ascii", opener=_private) as out:
                out.write(content)
            scratch.replace(file)

    @property
    def _list_file(self) -> Path:
        return self.directory / f"model-list-{_digest(self.server)}.json"

    def _file(self, model: str) -> Path:
        """A digest, because an id may hold a path."""
        name = f"{self.server}\n{model}"
        return self.directory / f"model-{_digest(name)}.json"


def _digest(text: str) -> str:
    import hashlib  # 4 ms, after the first prompt

    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:24]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
