"""The question to the user whether a file of the current directory may be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from streamchat.config.allowed import Verdict


@dataclass(frozen=True, slots=True)
class AskedSetting:
    """What a file would set: printable, a secret masked. `risk` says what that can cost."""

    name: str
    value: str
    risk: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """May this file, which belongs to `owner`, set these? The risky ones come last."""

    path: Path
    owner: str
    settings: tuple[AskedSetting, ...]


AskTrust: TypeAlias = Callable[[Question], Verdict]
