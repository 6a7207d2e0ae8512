"""`models.facts`: what a server says of its models, asked once, behind the prompt."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from streamchat.core.capabilities import ModelFacts, facts_by_table
from streamchat.core.messages import JsonObject
from streamchat.models.cache import ModelCache
from streamchat.models.facts import ModelLookup

SONNET = "claude-sonnet-5-5"


@dataclass(slots=True)
class Server:
    """Answers `warm` with what it knows."""

    models: dict[str, JsonObject] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def warm(self, model: str) -> JsonObject | None:
        self.asked.append(model)
        return self.models.get(model)


def info(id: str, window: int, **capabilities: Any) -> JsonObject:
    return {"id": id, "max_input_tokens": window, "capabilities": capabilities}


def learning(server: Server, cache: ModelCache | None = None) -> ModelLookup:
    return ModelLookup(server.warm, cache)


def cache_in(tmp_path: Path) -> ModelCache:
    return ModelCache(tmp_path, "https://server", lambda: 1_790_000_000.0)


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def test_the_table_holds_until_the_server_has_spoken() -> None:
    server = Server({SONNET: info(SONNET, 500, effort={"low": {"supported": True}})})
    known, by_table = learning(server), facts_by_table(SONNET)

    async def main() -> None:
        assert known(SONNET) == by_table
        assert server.asked == []  # the prompt is not on the screen yet
        await known.ask(SONNET)

    asyncio.run(main())
    assert known(SONNET) == replace(by_table, window=500, efforts=("low",))


def test_another_model_is_asked_for_once_and_never_waited_for() -> None:
    server = Server({"m": info("m", 500)})
    known = learning(server)
    known.may_ask = True

    async def main() -> None:
        assert known("m").window is None
        assert known("m").window is None
        await settle()

    asyncio.run(main())
    assert known("m").window == 500
    assert server.asked == ["m"]


def test_a_server_that_does_not_know_it_is_not_asked_again() -> None:
    server = Server()
    known = learning(server)
    known.may_ask = True

    async def main() -> None:
        for _ in range(3):
            assert known(SONNET).window == 1_000_000
            await settle()

    asyncio.run(main())
    assert server.asked == [SONNET]


def test_the_next_run_knows_it_without_asking(tmp_path: Path) -> None:
    server = Server({"m": info("m", 500)})
    asyncio.run(learning(server, cache_in(tmp_path)).ask("m"))
    silent = Server()
    known = learning(silent, cache_in(tmp_path))
    known.may_ask = True
    assert known("m") == ModelFacts("m", 500)
    assert silent.asked == []


def test_leaving_ends_what_is_asked() -> None:
    class Slow(Server):
        async def warm(self, model: str) -> JsonObject | None:
            await asyncio.Event().wait()
            raise AssertionError("was not cancelled")

    known = learning(Slow())
    known.may_ask = True

    async def main() -> None:
        known("m")
        await settle()
        known.end()
        await settle()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
