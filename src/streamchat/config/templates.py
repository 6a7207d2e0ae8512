"""Roles and prompts: Markdown files in the configuration directory and in `./.streamchat`.

Rule 1: a file of the configuration directory comes before one of the same name in the current
directory. Rule 2: a file of the current directory may have come with a repository. Like
./.env, it counts only once the user has allowed this path with this content, and only its text
is used: its front matter and its placeholders for the clipboard are ignored with a note.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from streamchat.config.allowed import Verdict, remember, verdict
from streamchat.config.files import TextFile, check_writers, owner_name, read_text
from streamchat.config.paths import Paths
from streamchat.config.trust_question import AskedSetting, AskTrust, Question
from streamchat.core.errors import ConfigError, NotFound, UsageError
from streamchat.core.formatting import quoted
from streamchat.core.settings import did_you_mean
from streamchat.core.templates import CLIPBOARD, Template, TemplateKind, split_front_matter

HERE = ".streamchat"
_SUFFIX = ".md"
_RISK = "its text is sent to the model"


@dataclass(frozen=True, slots=True)
class Templates:
    """The files that this user can use here. `ask` is None if there is no terminal."""

    paths: Paths
    cwd: Path
    user: int
    ask: AskTrust | None = None

    def names(self, kind: TemplateKind) -> list[str]:
        """The names, sorted, including those that are not allowed yet."""
        directories = (self._own(kind), self.cwd / HERE / kind.value)
        found = {
            path.stem
            for directory in directories
            for path in _entries(directory)
            if path.suffix == _SUFFIX and not path.name.startswith(".")
        }
        return sorted(found)

    def read(self, kind: TemplateKind, name: str) -> Template:
        """Raises NotFound, ConfigError, and UsageError if it cannot be a name."""
        path = Path(self.path(kind, name))
        if file := read_text(path):
            notes = check_writers(file, user=self.user)
            front, text = _split(file)
            return Template(name, text.strip(), _front_matter(file, front), notes)
        if file := read_text(self.cwd / HERE / kind.value / f"{name}{_SUFFIX}"):
            return self._of_repository(kind, name, file)
        near = did_you_mean(name, [each for each in self.names(kind) if each != name])
        raise NotFound(f"There is no {kind.noun} {quoted(name)} ({path}){near}")

    def path(self, kind: TemplateKind, name: str) -> str:
        """The path of the user's own file with this name, whether it exists or not. Raises
        UsageError if it cannot be a name."""
        if not name or "/" in name or "\0" in name or name.startswith("."):
            raise UsageError(f"{quoted(name)} is not the name of a {kind.noun}.")
        return str(self._own(kind) / f"{name}{_SUFFIX}")

    def _own(self, kind: TemplateKind) -> Path:
        return self.paths.config_dir / kind.value

    def _of_repository(self, kind: TemplateKind, name: str, file: TextFile) -> Template:
        said = verdict(file, self.paths.allowed_env, user=self.user)
        if said is Verdict.UNDECIDED and self.ask is not None:
            shown = AskedSetting("text", " ".join(file.text.split()), _RISK)
            said = self.ask(Question(file.path, owner_name(file.owner), (shown,)))
            remember(file, said, self.paths.allowed_env)
        if said is not Verdict.ALLOWED:
            raise ConfigError(
                f"{file.path} is not used because you have not allowed it: use it once on a"
                f" terminal to be asked, or copy it to {self._own(kind)}"
            )
        front, text = _split(file)
        place = f"{HERE}/{kind.value}/{name}{_SUFFIX}"
        template = Template(name, text.strip())
        notes = [f"{place}: its front matter is ignored"] if front.strip() else []
        if template.uses(CLIPBOARD):
            notes.append(f"{place}: it may not read your clipboard")
            template = template.without(CLIPBOARD)
        return replace(template, notes=tuple(notes))


def _entries(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except OSError:
        return []


def _split(file: TextFile) -> tuple[str, str]:
    """See `split_front_matter`. Raises ConfigError if the front matter does not end."""
    front, text = split_front_matter(file.text)
    if text == file.text and text.startswith("---\n"):
        raise ConfigError(f"{file.path}: the front matter has no end: add a line of ---")
    return front, text


def _front_matter(file: TextFile, text: str) -> Mapping[str, object]:
    """The YAML between the dashes as a table. Raises ConfigError naming the line."""
    if not text.strip():
        return {}
    import yaml  # 20 ms, only where a file has front matter

    try:
        table = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or "this is not YAML"
        raise ConfigError(f"{file.path}{where}: {problem}") from error
    if table is None:
        return {}
    if not isinstance(table, dict) or not all(isinstance(key, str) for key in table):
        raise ConfigError(f"{file.path}: write the front matter as name: value")
    return table
