"""Every fault, through the whole program: one ending, its status, what arrived kept, no key.

`python tests/faults.py` prints what each gives as a table.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from faults import ALL, ENDINGS, Case, Told
from mutants import mutants
from odd_errors import ODD, ODD_ENDINGS
from outcomes import outcome_of, settle
from server import ScriptedServer
from shares import share
from streamchat.core.errors import CutOff

STREAMS = 100  # `python tests/faults.py` plays 5,000


def expected_of(case: Case) -> tuple[str, int]:
    """The ending and the exit status that an error of the edge comes to."""
    if case.ends is None:
        return "complete", 0
    if issubclass(case.ends.error, CutOff):
        return "cut_off", 76
    return "failed", int(case.ends.error.status)


@pytest.mark.parametrize("case", share([*ALL, *ODD], every=16), ids=str)
def test_every_fault_ends_the_program_in_one_way(
    case: Case, server: ScriptedServer, tmp_path: Path
) -> None:
    got = outcome_of(case, server, tmp_path)
    assert ((got.ending, got.status), got.printed) == (expected_of(case), case.kept)
    assert got.kept == case.kept  # on disk, to be resumed
    assert case.ends is None or case.ends.says in got.said
    assert (got.retries, got.leaks) == (0, ())


@pytest.mark.parametrize("case", share([*ENDINGS, *ODD_ENDINGS], every=3), ids=str)
def test_every_stop_of_a_reply_ends_the_program_in_one_way(
    case: Told, server: ScriptedServer, tmp_path: Path
) -> None:
    got = outcome_of(case, server, tmp_path)
    assert (got.ending, got.status) == (case.ending, case.status)
    assert (got.printed, got.kept) == (case.kept, case.kept)
    assert bool(got.said) == bool(case.status)
    assert len(server.posts) == len(case.replies)
    assert got.leaks == ()


def test_a_mutated_stream_ends_in_one_way_and_loses_nothing(server: ScriptedServer) -> None:
    for got in settle(server, mutants(random.Random(6), STREAMS)):
        assert got["lost"] == ""
        assert (got["ending"] == "complete") == (not got["error"])
        assert got["ending"] in ("complete", "cut_off", "failed", "refused")
