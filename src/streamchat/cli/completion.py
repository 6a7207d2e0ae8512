"""Shell completion: the candidates for the last word of a command line.

The scripts that `--completion SHELL` prints are short: at each Tab they run
`streamchat --complete WORDS` and show what it prints. Since the user waits, this module
imports no library and little more of this program than the table of options.

Each candidate is a line: the text, a tab, its description. The line `:files` asks the shell
to complete paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from streamchat.core.options import OPTIONS
from streamchat.core.options.rows import Kind, Option

if TYPE_CHECKING:
    from streamchat.config.paths import Paths

SHELLS = ("bash", "zsh", "fish")
FILES = ":files"
_MOST = 200  # candidates of one kind


class Suggestion(NamedTuple):
    """A possible word and its description."""

    text: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.text}\t{self.about}" if self.about else self.text


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    from streamchat.core.sanitize import clean_line  # its patterns cost as much as the table

    return clean_line(text)


Completer: TypeAlias = "Callable[[Paths], Iterator[Suggestion]]"


def complete(words: Sequence[str], find_paths: Callable[[], Paths]) -> list[str]:
    """The lines to print for the words of a command line (without the program's name); the
    last one is incomplete. `find_paths` is called only if the candidates are on disk."""
    *before, current = _joined(words) or [""]
    if "--" in before:
        return [FILES]
    flag, equals, value = current.partition("=")
    if equals and (row := _row(flag)) is not None:
        found = _values(row, 0, find_paths)
        return [f"{flag}={each}" if each != FILES else FILES for each in _fit(found, value)]
    if (asked := _awaiting(before)) is not None:
        return _fit(_values(*asked, find_paths), current)
    if current.startswith("-"):
        return _fit(_flags(), current)
    return [FILES]


def _joined(words: Sequence[str]) -> list[str]:
    """Join what bash splits: it cuts `--flag=value` at the equals sign."""
    joined: list[str] = []
    for word in words:
        if joined and (word == "=" or joined[-1].endswith("=")) and joined[-1].startswith("--"):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _row(flag: str) -> Option | None:
    return next((row for row in OPTIONS if flag in row.flags), None)


def _awaiting(before: Sequence[str]) -> tuple[Option, int] | None:
    """The option whose value is incomplete, and the position of that value."""
    for position, word in enumerate(reversed(before)):
        if (row := _row(word)) is not None:
            takes = 0 if row.kind in (Kind.ON_OFF, Kind.SWITCH) else len(row.metavar.split())
            return (row, position) if position < takes else None
    return None


def _values(
    row: Option, position: int, find_paths: Callable[[], Paths]
) -> list[Suggestion | str]:
    """The candidates for the value at that position; `FILES` stands for paths."""
    kind = row.metavar.split()[position].strip("[]") if row.metavar else ""
    if row.choices:
        return [Suggestion(choice) for choice in row.choices]
    if kind.islower() and "|" in kind:
        return [Suggestion(choice) for choice in kind.split("|")]
    if row.kind is Kind.PATH or row.name in ("attach", "import", "script"):
        return [FILES]
    if (completer := _COMPLETERS.get(row.name)) is not None:
        return list(completer(find_paths()))
    return [*_conversations(find_paths()), FILES] if kind == "REF" else []


def _fit(found: Sequence[Suggestion | str], start: str) -> list[str]:
    return [
        str(each)
        for each in found
        if not isinstance(each, Suggestion) or each.text.startswith(start)
    ]


def _flags() -> list[Suggestion | str]:
    shortcuts = [
        Suggestion(flag, f"{row.long_flag} {value}")
        for row in OPTIONS
        for flag, value in row.shortcuts
    ]
    return [*(Suggestion(flag, row.help) for row in OPTIONS for flag in row.flags), *shortcuts]


def _conversations(paths: Paths) -> Iterator[Suggestion]:
    """Conversations by their file names, newest first; no file is opened."""
    try:
        names = sorted((each.name for each in paths.conversations.iterdir()), reverse=True)
    except OSError:
        return
    for name in names[:_MOST]:
        match name.removesuffix(".jsonl").split("-"):
            case [day, time, *slug, id] if name.endswith(".jsonl") and (day + time).isdecimal():
                about = f"{day[:4]}-{day[4:6]}-{day[6:]} {' '.join(slug)}"
                yield Suggestion(id, _clean(about))


def _models(paths: Paths) -> Iterator[Suggestion]:
    """The models in the cache: those that were used, and those that servers listed."""
    import json  # 4 ms, spent only for models

    from streamchat.posix.files import read_file

    seen = set()
    for file in sorted(paths.cache_dir.glob("model-*.json"))[:_MOST]:
        try:
            kept = json.loads(read_file(file, most_bytes=1_000_000))
            models = kept["models"] if "models" in kept else [kept["model"]]
            named = [(model["id"], model.get("display_name") or "") for model in models]
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            continue  # an unreadable cache entry counts as missing
        for id, name in named:
            if isinstance(id, str) and id not in seen:
                seen.add(id)
                yield Suggestion(_clean(id), _clean(str(name)))


def _stems(directory: str) -> Completer:
    def find(paths: Paths) -> Iterator[Suggestion]:
        for file in sorted((paths.config_dir / directory).glob("*.md"))[:_MOST]:
            yield Suggestion(_clean(file.stem))

    return find


_COMPLETERS: Mapping[str, Completer] = {
    "model": _models,
    "role": _stems("roles"),
    "prompt_name": _stems("prompts"),
    "completion": lambda _: map(Suggestion, SHELLS),
    "resume": _conversations,
}
