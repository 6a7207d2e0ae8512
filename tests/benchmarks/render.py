"""What it costs to show an answer while it arrives, over printing it once.

    python tests/benchmarks/render.py [mixed | shapes | burst | rich]...

mixed: answers of 2k to 128k tokens in deltas of four characters, at 100 tokens a second
painted 20 times a second (simulated time), and as fast as they come. rich: the same through
rich's Live(Markdown(all)), a sample of its frames, times their number; and ours over rich's
print(Markdown), which the budget of 6 times is counted in. shapes: one block that
never ends, at one and four times its size. burst: 8,000 deltas from a loopback server, against
the SDK's messages.stream alone. Each case runs in a process of its own, so that its peak of
memory is its own. Only ratios within one run mean something on a shared machine.
"""

from __future__ import annotations

import asyncio
import gc
import io
import json
import math
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "render"))

from shapes import SHAPES, mixed

from streamchat.core.events import BlockStarted, Started, TextDelta
from streamchat.core.messages import Request, Usage, user_message
from streamchat.core.ports import Ending, View
from streamchat.core.theme import theme_named
from streamchat.render import open_screen
from streamchat.render.markdown.markdown_rows import preload_markdown, render
from streamchat.render.style import Depth, Style

WIDTH = 80
CHARS_PER_TOKEN = 4
TOKENS_PER_FRAME = 5  # 100 tokens a second, 20 frames a second
FRAME_S = 0.05
RICH_SAMPLES = 20
LOOK = Style(theme_named("auto"), Depth.COLOURS_16)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one case. `frames_s` are the times of its frames, sorted."""

    cpu_s: float
    written_bytes: int
    peak_mb: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0


class Tty(io.StringIO):
    """A terminal that nobody looks at."""

    encoding = "utf-8"
    written_bytes = 0

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.written_bytes += len(text.encode())
        return len(text)


class Never:
    """A timer that does not run: time moves only between deltas."""

    def cancel(self) -> None:
        pass


def alone(measure: Callable[[], Cost]) -> Cost:
    """Run the case in a child, from a warm state; its peak is what it added."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        gc.disable()
        gc.freeze()
        gc.enable()
        cost = asdict(measure())
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        cost["peak_mb"] = (after - before) / 1024
        os.write(sending, json.dumps(cost).encode())
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return Cost(**json.loads(answer))


def view_on(
    tty: Tty, clock: Callable[[], float], height: int, call_later: Callable[..., Any]
) -> View:
    environ = {"TERM": "xterm", "COLUMNS": str(WIDTH), "LINES": str(height)}
    screen = open_screen(tty, environ=environ, clock=clock, call_later=call_later)
    view = screen.reply(model="claude-opus-5")
    view.feed(Started("m", "claude-opus-5", Usage(12)))
    view.feed(BlockStarted(0, "text"))
    return view


def streamed(text: str, *, height: int = 24, deltas_per_frame: int = TOKENS_PER_FRAME) -> Cost:
    """At 20 frames a second of simulated time."""
    tty = Tty()
    now_s = 0.0
    frames_s: list[float] = []
    view = view_on(tty, lambda: now_s, height, lambda *_: Never())
    began = time.process_time()
    size = deltas_per_frame * CHARS_PER_TOKEN
    for start in range(0, len(text), size):
        frame_began = time.perf_counter()
        end = min(start + size, len(text))
        for at in range(start, end - CHARS_PER_TOKEN, CHARS_PER_TOKEN):
            view.feed(TextDelta(text[at : at + CHARS_PER_TOKEN]))
        now_s += FRAME_S  # the last delta of the frame paints
        view.feed(TextDelta(text[end - (end - start - 1) % CHARS_PER_TOKEN - 1 : end]))
        frames_s.append(time.perf_counter() - frame_began)
    view.close(Ending.COMPLETE, None, now_s)
    cpu_s = time.process_time() - began
    frames_s.sort()
    return Cost(
        cpu_s,
        tty.written_bytes,
        p50_ms=1000 * frames_s[len(frames_s) // 2],
        p99_ms=1000 * frames_s[len(frames_s) * 99 // 100],
    )


def burst(text: str) -> Cost:
    """As fast as they come: the scheduler drops frames, by the real clock."""
    tty = Tty()
    view = view_on(tty, time.perf_counter, 24, lambda *_: Never())
    began = time.process_time()
    for start in range(0, len(text), CHARS_PER_TOKEN):
        view.feed(TextDelta(text[start : start + CHARS_PER_TOKEN]))
    view.close(Ending.COMPLETE, None, 1.0)
    return Cost(time.process_time() - began, tty.written_bytes)


def once(text: str) -> Cost:
    began = time.process_time()
    rows = render(text, width=WIDTH, look=LOOK)
    out = "".join(row.text + "\r\n" for row in rows)
    return Cost(time.process_time() - began, len(out.encode()))


def rich_once(text: str) -> Cost:
    from rich.markdown import Markdown

    tty = Tty()
    console = rich_console(tty)
    began = time.process_time()
    console.print(Markdown(text))
    return Cost(time.process_time() - began, tty.written_bytes)


def rich_live(text: str) -> Cost:
    """Live(Markdown(all)): some of its frames, as if all."""
    from rich.live import Live
    from rich.markdown import Markdown

    tty = Tty()
    frames = len(text) // (TOKENS_PER_FRAME * CHARS_PER_TOKEN)
    samples = min(RICH_SAMPLES, frames)
    with Live(
        console=rich_console(tty), auto_refresh=False, vertical_overflow="visible"
    ) as live:
        written = tty.written_bytes
        began = time.process_time()
        for number in range(samples):
            end = round((number + 0.5) / samples * len(text))
            live.update(Markdown(text[:end]), refresh=True)
        cpu_s = time.process_time() - began
        written = tty.written_bytes - written
    return Cost(cpu_s * frames / samples, round(written * frames / samples))


def rich_console(tty: Tty) -> Any:
    from rich.console import Console

    return Console(
        file=tty,
        force_terminal=True,
        width=WIDTH,
        height=24,
        color_system="standard",
        _environ={},
    )


def best(measure: Callable[[], Cost], runs: int = 3) -> Cost:
    """The least disturbed of some runs."""
    return min((alone(measure) for _ in range(runs)), key=lambda cost: cost.cpu_s)


def exponent(small: float, large: float, factor: float) -> float:
    return math.log(large / small) / math.log(factor)


# The tables.


def print_mixed() -> None:
    print("mixed Markdown, 80x24, over printing once")
    print(
        f"{'tokens':>7} {'once':>8} {'20 fps':>8} {'CPU':>6} {'bytes':>6} {'10 rows':>8} "
        f"{'p50 ms':>7} {'p99 ms':>7} {'peak MB':>8} {'exp.':>5}   "
        f"{'burst CPU':>9} {'bytes':>6} {'exp.':>5}"
    )
    first: tuple[int, Cost, Cost] | None = None
    before: tuple[int, Cost, Cost] | None = None
    for tokens in (2_000, 8_000, 32_000, 128_000):
        text = mixed(tokens * CHARS_PER_TOKEN)
        printed = best(lambda text=text: once(text))  # type: ignore[misc]
        shown = best(lambda text=text: streamed(text), 2)  # type: ignore[misc]
        low = alone(lambda text=text: streamed(text, height=10))  # type: ignore[misc]
        fast = best(lambda text=text: burst(text))  # type: ignore[misc]
        growth = fast_growth = ""
        if before is not None:
            factor = tokens / before[0]
            growth = f"{exponent(before[1].cpu_s, shown.cpu_s, factor):.2f}"
            fast_growth = f"{exponent(before[2].cpu_s, fast.cpu_s, factor):.2f}"
        before = tokens, shown, fast
        first = first or before
        print(
            f"{tokens:>7,} {printed.cpu_s:7.3f}s {shown.cpu_s:7.2f}s "
            f"{shown.cpu_s / printed.cpu_s:6.1f} "
            f"{shown.written_bytes / printed.written_bytes:6.2f} "
            f"{low.written_bytes / printed.written_bytes:8.2f} "
            f"{shown.p50_ms:7.2f} {shown.p99_ms:7.2f} {shown.peak_mb:8.1f} {growth:>5}   "
            f"{fast.cpu_s / printed.cpu_s:9.1f} "
            f"{fast.written_bytes / printed.written_bytes:6.2f} {fast_growth:>5}",
            flush=True,
        )
    assert first is not None
    assert before is not None
    shown_growth, fast_growth = (
        f"{exponent(small.cpu_s, large.cpu_s, before[0] / first[0]):.2f}"
        for small, large in zip(first[1:], before[1:], strict=True)
    )
    print(f"exponents from the first to the last: {shown_growth}, burst {fast_growth}")


def print_rich() -> None:
    print("the same through rich (Live sampled), over its own print(Markdown)")
    print(
        f"{'tokens':>7} {'print':>8} {'Live':>9} {'CPU':>7} {'bytes':>7} {'ours':>8}   over it"
    )
    for tokens in (2_000, 8_000, 32_000):
        text = mixed(tokens * CHARS_PER_TOKEN)
        printed = best(lambda text=text: rich_once(text))  # type: ignore[misc]
        live = alone(lambda text=text: rich_live(text))  # type: ignore[misc]
        ours = alone(lambda text=text: streamed(text))  # type: ignore[misc]
        print(
            f"{tokens:>7,} {printed.cpu_s:7.3f}s {live.cpu_s:8.1f}s "
            f"{live.cpu_s / printed.cpu_s:7.0f} "
            f"{live.written_bytes / printed.written_bytes:7.0f} {ours.cpu_s:7.2f}s "
            f"{ours.cpu_s / printed.cpu_s:8.1f}",
            flush=True,
        )


def print_shapes() -> None:
    print("one block, 20 fps, at 1 and 4 times its size, over printing once (of 4 times)")
    print(
        f"{'':24} {'chars':>8} {'CPU':>6} {'exp.':>5} {'bytes':>6} {'10 rows':>8} "
        f"{'p50 ms':>7} {'p99 ms':>7} {'peak MB':>8}"
    )
    for name, shape in SHAPES.items():
        small, large = shape(4), shape(16)
        printed = best(lambda large=large: once(large), 2)  # type: ignore[misc]
        little = best(lambda small=small: streamed(small), 2)  # type: ignore[misc]
        much = best(lambda large=large: streamed(large), 2)  # type: ignore[misc]
        low = alone(lambda large=large: streamed(large, height=10))  # type: ignore[misc]
        growth = exponent(little.cpu_s, much.cpu_s, len(large) / len(small))
        print(
            f"{name:24} {len(large):>8,} {much.cpu_s / printed.cpu_s:6.1f} {growth:5.2f} "
            f"{much.written_bytes / printed.written_bytes:6.2f} "
            f"{low.written_bytes / printed.written_bytes:8.2f} "
            f"{much.p50_ms:7.2f} {much.p99_ms:7.2f} {much.peak_mb:8.1f}",
            flush=True,
        )


# 8,000 deltas over a socket.


@contextmanager
def demo_server() -> Iterator[str]:
    """In a process of its own: what it costs is not ours."""
    from streamchat.demo import DemoServer
    from streamchat.demo.pace import INSTANT

    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        with DemoServer(speed=INSTANT) as server:
            os.write(sending, server.base_url.encode() + b"\n")
            time.sleep(600)
        os._exit(0)
    os.close(sending)
    try:
        with os.fdopen(receiving) as pipe:
            yield pipe.readline().strip()
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


REQUEST = Request("claude-sonnet-5-5", (user_message("long 30000"),), max_tokens=32_000)


def sdk_alone(url: str) -> Cost:
    return asyncio.run(_sdk_alone(url))


async def _sdk_alone(url: str) -> Cost:
    from anthropic import AsyncAnthropic

    async def ask() -> int:
        count = 0
        async with client.messages.stream(
            model=REQUEST.model,
            max_tokens=REQUEST.max_tokens,
            messages=[{"role": "user", "content": "long 30000"}],
        ) as stream:
            async for event in stream:
                count += event.type == "content_block_delta"
            await stream.get_final_message()
        return count

    async with AsyncAnthropic(base_url=url, api_key="k", max_retries=0) as client:
        await ask()  # loads what is loaded late
        began = time.process_time()
        count = await ask()
        return Cost(time.process_time() - began, count)


def whole_way(url: str) -> Cost:
    return asyncio.run(_whole_way(url))


async def _whole_way(url: str) -> Cost:
    from streamchat.api import ApiClient, Server

    async def ask() -> int:
        count = 0
        view = view_on(tty, time.perf_counter, 24, loop.call_later)
        async for event in api.stream(REQUEST):
            count += isinstance(event, TextDelta)
            view.feed(event)
        view.close(Ending.COMPLETE, None, 1.0)
        return count

    loop = asyncio.get_running_loop()
    tty = Tty()
    api = ApiClient(Server(base_url=url, api_key="k"))
    await ask()
    began = time.process_time()
    count = await ask()
    cost = Cost(time.process_time() - began, count)
    await api.aclose()
    return cost


def print_burst() -> None:
    with demo_server() as url:
        sdk = best(lambda: sdk_alone(url), 5)
        ours = best(lambda: whole_way(url), 5)
    print(f"{ours.written_bytes:,} deltas from a loopback server, as fast as they come")
    print(f"messages.stream alone {sdk.cpu_s:6.2f}s")
    print(f"shown on a terminal   {ours.cpu_s:6.2f}s   {ours.cpu_s / sdk.cpu_s:.2f} times")


PARTS: dict[str, Callable[[], None]] = {
    "mixed": print_mixed,
    "rich": print_rich,
    "shapes": print_shapes,
    "burst": print_burst,
}


def main(chosen: list[str]) -> None:
    random.seed(1)
    preload_markdown()
    streamed(mixed(8_000))  # loads rich, and every lexer that the text needs
    rich_once("# warm\n\n```python\nx\n```\n")
    for number, name in enumerate(chosen or PARTS):
        if number:
            print()
        PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
