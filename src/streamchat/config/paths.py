"""Where streamchat keeps its files: the XDG directories, from a given environment.

Owns the name of every file, and what a user may want to know about it (`places`).

Not platformdirs, because it reads os.environ itself, and uses other directories than XDG's on
some systems. Its types are tuples, because completion in the shell waits for this module, and
`dataclasses` costs 8 ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_NAME = "streamchat"


class Location(NamedTuple):
    """A file or a directory, and what is in it."""

    path: Path
    about: str


class Paths(NamedTuple):
    """The four directories and the files in them; none is created here."""

    config_dir: Path
    data_dir: Path
    state_dir: Path
    cache_dir: Path
    is_demo: bool = False

    @property
    def config_file(self) -> Path:
        return self.config_dir / "config.toml"

    @property
    def env_file(self) -> Path:
        return self.config_dir / ".env"

    @property
    def conversations(self) -> Path:
        return self.data_dir / "conversations"

    @property
    def history(self) -> Path:
        return self.state_dir / ("history-demo" if self.is_demo else "history")

    @property
    def drafts(self) -> Path:
        return self.state_dir / ("drafts-demo" if self.is_demo else "drafts")

    @property
    def spending_log(self) -> Path:
        return self.state_dir / "spending.jsonl"

    @property
    def allowed_env(self) -> Path:
        return self.state_dir / "allowed-env"

    @property
    def search_index(self) -> Path:
        return self.cache_dir / "search.sqlite3"

    def for_demo(self) -> Paths:
        """The demo keeps its conversations, index and history apart from real ones."""
        return self._replace(
            data_dir=self.data_dir / "demo",
            cache_dir=self.cache_dir / "demo",
            is_demo=True,
        )

    def places(self) -> tuple[Location, ...]:
        """Everything that streamchat reads or writes, described for users."""
        demo = self.for_demo()
        return (
            Location(self.config_file, "your settings"),
            Location(self.env_file, "your key, and settings as variables (mode 0600)"),
            Location(self.config_dir / "roles", "your roles (`--role`)"),
            Location(self.config_dir / "prompts", "your prompts (`--prompt`)"),
            Location(self.config_dir / "schemas", "your schemas (`--schema @NAME`)"),
            Location(self.conversations, "the conversations, one file each"),
            Location(self.history, "what you typed at the prompt"),
            Location(self.drafts, "what you typed and did not send"),
            Location(self.spending_log, "what each reply cost (no text)"),
            Location(self.allowed_env, "which `./.env` files you allowed"),
            Location(self.search_index, "the search index; it can be deleted at any time"),
            Location(self.cache_dir / "model-*.json", "what servers said about their models"),
            Location(demo.conversations, "the conversations of `--demo`"),
            Location(demo.history, "what you typed in `--demo`"),
            Location(demo.drafts, "what you typed in `--demo` and did not send"),
            Location(demo.cache_dir, "the search index of `--demo`"),
        )


def build_paths(environ: Mapping[str, str], home: Path) -> Paths:
    return Paths(
        config_dir=_base(environ, "XDG_CONFIG_HOME", home / ".config") / _NAME,
        data_dir=_base(environ, "XDG_DATA_HOME", home / ".local/share") / _NAME,
        state_dir=_base(environ, "XDG_STATE_HOME", home / ".local/state") / _NAME,
        cache_dir=_base(environ, "XDG_CACHE_HOME", home / ".cache") / _NAME,
    )


def _base(environ: Mapping[str, str], name: str, default: Path) -> Path:
    """A relative path counts as unset, as the specification demands. Otherwise the settings
    would come from the current directory, which may belong to anybody."""
    named = Path(environ.get(name, ""))
    return named if named.is_absolute() else default
