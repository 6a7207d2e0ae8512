"""A watch in a thread of its own, beside the work of the main thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from streamchat.prompt.aside import watching_aside


def test_a_watch_is_entered_and_left_in_one_other_thread() -> None:
    seen: list[int] = []

    @contextmanager
    def watch() -> Iterator[None]:
        seen.append(threading.get_ident())
        yield
        seen.append(threading.get_ident())

    with watching_aside(watch()):
        assert len(seen) == 1
    assert seen == [seen[0]] * 2
    assert threading.get_ident() not in seen


@pytest.mark.parametrize("is_entered", [False, True])
def test_a_watch_that_fails_is_told_where_it_was_wanted(
    is_entered: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    did: list[str] = []

    @contextmanager
    def watch() -> Iterator[None]:
        if is_entered:
            yield
        raise OSError("the terminal is gone")

    with pytest.raises(OSError, match="is gone"), watching_aside(watch()):
        did.append("work")
    assert did == (["work"] if is_entered else [])
    assert capsys.readouterr().err == ""
