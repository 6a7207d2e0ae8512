"""Finds the conversation that a person names: by path, by the start of its id, or by title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from streamchat.core.conversation_index import ConversationSummary
from streamchat.core.errors import Ambiguous, NotFound
from streamchat.core.formatting import quoted
from streamchat.store.naming import id_in

SHORTEST_ID = 4
_MOST_NAMED = 8


def looks_like_path(ref: str) -> bool:
    """Whether it holds a separator, or is named like one of our files."""
    return "/" in ref or ref.endswith((".jsonl", ".json"))


def expanded(ref: str) -> Path:
    """The path, with a leading ~ replaced by the home directory. Raises NotFound."""
    try:
        return Path(ref).expanduser()
    except RuntimeError as error:  # there is no such user
        raise NotFound(f"{quoted(ref)}: there is no such user.") from error


def names_file(ref: str) -> bool:
    """Whether a file has that name; False for a name that no file can have."""
    try:
        return Path(ref).is_file()
    except (OSError, ValueError):  # too long, or a NUL
        return False


def with_id(paths: Iterable[Path], ref: str) -> Path | None:
    """The file whose name has the id `ref`, or an id that begins with it. Raises Ambiguous."""
    return _with_id([(id_in(path.name), path) for path in paths], ref)


def with_id_inside(summaries: Iterable[ConversationSummary], ref: str) -> Path | None:
    """The same for a file that was renamed: its id is in its first line. Raises Ambiguous."""
    return _with_id([(each.id, Path(each.path)) for each in summaries], ref)


def _with_id(files: Sequence[tuple[str, Path]], ref: str) -> Path | None:
    if len(ref) < SHORTEST_ID:
        return None
    found = [path for id, path in files if id.startswith(ref)]
    exact = [path for id, path in files if id == ref]
    return _only(exact or found, ref, [path.name for path in exact or found])


def with_title(summaries: Sequence[ConversationSummary], ref: str) -> Path | None:
    """The file whose title equals `ref`, starts with it, or contains it; case is ignored.

    Raises Ambiguous.
    """
    wanted = ref.casefold().strip()
    titles = [(summary, summary.title.casefold()) for summary in summaries]
    for found in (
        [summary for summary, title in titles if title == wanted],
        [summary for summary, title in titles if title.startswith(wanted)],
        [summary for summary, title in titles if wanted in title],
    ):
        if wanted and found:
            names = [f"{s.id[:8]} {s.title}" for s in found]
            return _only([Path(s.path) for s in found], ref, names)
    return None


def _only(found: list[Path], ref: str, names: list[str]) -> Path | None:
    if len(found) > 1:
        listed = "; ".join(names[:_MOST_NAMED])
        more = f"; and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        raise Ambiguous(f"{quoted(ref)} may be any of: {listed}{more}.", tuple(names))
    return found[0] if found else None


def build_not_found(summaries: Sequence[ConversationSummary], ref: str) -> NotFound:
    """The error for a name that no conversation has; it lists the nearest ids and titles."""
    import difflib  # 4 ms, and only for a mistake

    names = {s.title.casefold(): f"{s.id[:8]} {s.title}" for s in summaries}
    if len(ref) >= SHORTEST_ID:
        names |= {s.id[: len(ref)]: f"{s.id[:8]} {s.title}" for s in summaries}
    near = difflib.get_close_matches(ref.casefold(), names, n=3, cutoff=0.5)
    hint = f" The nearest: {'; '.join(dict.fromkeys(names[n] for n in near))}." if near else ""
    return NotFound(f"There is no conversation {quoted(ref)}.{hint}")
