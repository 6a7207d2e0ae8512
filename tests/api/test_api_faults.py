"""Every fault is played over a real socket and ends in exactly one way."""

from __future__ import annotations

import traceback

import pytest

from faults import ALL, Case, Fails
from loop_time import leaping_time
from odd_errors import ODD
from receiving import Received, receive
from server import ScriptedServer
from shares import share
from streamchat.core.errors import ApiError
from streamchat.core.messages import INTERRUPTED


@pytest.mark.parametrize("case", [*ALL, *share(ODD, every=3)], ids=lambda case: case.fault)
def test_every_fault_ends_in_one_way_with_what_arrived_kept(
    case: Case, server: ScriptedServer
) -> None:
    server.enqueue(case.reply)
    with leaping_time(server.clock):
        received = receive(server.base_url, deadlines=case.deadlines)
    assert (received.text, received.is_whole) == (case.kept, case.ends is None)
    check_kept(received)
    if case.ends is None:
        assert received.error is None
        assert bool(received.remarks) == bool(case.remark)
        assert case.remark in " ".join(received.remarks)
    else:
        check_error(received.error, case.ends)
    assert len(server.posts) == 1  # never a retry of its own


def check_kept(received: Received) -> None:
    """The message has all the text that was shown, and says when it is not whole."""
    if received.kept is None:
        assert not received.text
        return
    assert received.kept.text == received.text
    assert (received.kept.stop_reason == INTERRUPTED) != received.is_whole


def check_error(error: ApiError | None, ends: Fails) -> None:
    assert error is not None
    assert (type(error), error.kind, error.retryable) == (ends.error, ends.kind, ends.again)
    assert ends.says in error.message
    assert "\n" not in error.message
    assert "canary" not in str(error) + repr(error) + "".join(traceback.format_exception(error))
