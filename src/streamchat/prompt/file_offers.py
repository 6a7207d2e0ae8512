"""The files that `@` offers: listed in the background, ranked while the user types.

Rules: a key never waits. The files are listed in a thread, once for each prompt that asks;
until then, the list of the previous prompt is offered. They are ranked in slices, and ranking
ends when the user types on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from streamchat.prompt.fuzzy import FuzzyTerms, best, rank_path

MOST_OFFERED = 40
_SLICE = 2_000  # paths; about 2 ms


class FileOffers:
    """`list_files` returns the paths and may take long; `only_sendable` removes those that
    cannot be sent from a few paths."""

    def __init__(
        self,
        list_files: Callable[[], Sequence[str]],
        only_sendable: Callable[[Sequence[str]], Sequence[str]],
    ) -> None:
        self._list_files, self._only_sendable = list_files, only_sendable
        self._paths: list[tuple[str, str]] | None = None  # each with its lower-case form
        self._listing: asyncio.Future[None] | None = None
        self._is_fresh = False

    def begin(self) -> None:
        """A prompt begins, so the list may be out of date."""
        self._is_fresh = False

    async def find(self, typed: str, is_stale: Callable[[], bool]) -> Sequence[str]:
        """The paths that match best; none if the user has typed on."""
        listing = self._list()
        if self._paths is None:
            await asyncio.shield(listing)
        ranked = await self._rank(FuzzyTerms.of(typed), is_stale)
        found = best(ranked, MOST_OFFERED)
        return await asyncio.to_thread(self._only_sendable, found) if found else ()

    async def _rank(
        self, terms: FuzzyTerms, is_stale: Callable[[], bool]
    ) -> list[tuple[tuple[int, int, int], str]]:
        ranked = []
        paths = self._paths or []
        for start in range(0, len(paths), _SLICE):
            if is_stale():
                return []
            for path, folded in paths[start : start + _SLICE]:
                rank = rank_path(terms, path, folded)
                if rank is not None:
                    ranked.append((rank, path))
            await asyncio.sleep(0)
        return ranked

    def _list(self) -> asyncio.Future[None]:
        """List the files in a thread of its own: the program does not wait for it to end."""
        if self._listing is not None and (self._is_fresh or not self._listing.done()):
            return self._listing
        loop = asyncio.get_running_loop()
        listing = self._listing = loop.create_future()
        self._is_fresh = True

        def listed(paths: list[tuple[str, str]]) -> None:
            self._paths = paths
            if not listing.done():
                listing.set_result(None)

        def work() -> None:
            paths = [(path, path.lower()) for path in self._list_files()]
            with suppress(RuntimeError):  # the program has ended
                loop.call_soon_threadsafe(listed, paths)

        threading.Thread(target=work, daemon=True).start()
        return listing
