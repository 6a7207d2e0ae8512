"""Where streamchat keeps its files: the XDG directories, from a given environment.

Not platformdirs, because it reads os.environ itself, and uses other directories than XDG's
on some systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

_NAME = "streamchat"


@dataclass(frozen=True, slots=True)
class Paths:
    """The four directories; none is created here."""

    config_dir: Path
    data_dir: Path
    state_dir: Path
    cache_dir: Path

    @property
    def conversations(self) -> Path:
        return self.data_dir / "conversations"

    def for_demo(self) -> Paths:
        """The demo keeps its conversations and their index apart from real ones."""
        return replace(self, data_dir=self.data_dir / "demo", cache_dir=self.cache_dir / "demo")


def build_paths(environ: Mapping[str, str], home: Path) -> Paths:
    return Paths(
        config_dir=_base(environ, "XDG_CONFIG_HOME", home / ".config") / _NAME,
        data_dir=_base(environ, "XDG_DATA_HOME", home / ".local/share") / _NAME,
        state_dir=_base(environ, "XDG_STATE_HOME", home / ".local/state") / _NAME,
        cache_dir=_base(environ, "XDG_CACHE_HOME", home / ".cache") / _NAME,
    )


def _base(environ: Mapping[str, str], name: str, default: Path) -> Path:
    """A relative path counts as unset, as the specification demands: it would make the
    current directory, which may be anybody's, the home of the settings."""
    named = Path(environ.get(name, ""))
    return named if named.is_absolute() else default
