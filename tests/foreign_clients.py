"""Clients that nobody here wrote, each put to the demo server. See tests/foreign.py.

A client is a function of its command, the server's address and a scratch directory. It yields
what was tried, what it gave, and whether that is right.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

Trial: TypeAlias = tuple[str, str, bool]
Client: TypeAlias = Callable[[str, str, Path], Iterator[Trial]]

_SCRIPT = """
import Anthropic from "@anthropic-ai/sdk";
const baseURL = process.env.ANTHROPIC_BASE_URL;
const client = new Anthropic({ apiKey: "k", baseURL, maxRetries: 0 });
const models = [];
for await (const model of client.models.list({ limit: 3 })) models.push(model.id);
const ask = (text) => ({
  model: "claude-sonnet-5-5", max_tokens: 500, messages: [{ role: "user", content: text }],
});
let text = "";
const stream = client.messages.stream(ask("echo hello"));
stream.on("text", (piece) => { text += piece; });
const final = await stream.finalMessage();
const { model, messages } = ask("hi");
const counted = await client.messages.countTokens({ model, messages });
const mark = { cache_control: { type: "ephemeral" } };
const system = [{ type: "text", text: "word ".repeat(2000), ...mark }];
const cache = [];
for (let turn = 0; turn < 2; turn++) {
  const { usage } = await client.messages.create({ ...ask("hi"), system });
  cache.push([usage.cache_creation_input_tokens, usage.cache_read_input_tokens]);
}
const refused = {};
const calls = {
  batches: () => client.messages.batches.list(),
  files: () => client.beta.files.list(),
  overloaded: () => client.messages.create(ask("error 529")),
};
for (const [name, call] of Object.entries(calls)) {
  try { await call(); refused[name] = "no error"; }
  catch (error) { refused[name] = [error.status, error.error?.error?.message]; }
}
console.log(JSON.stringify({ models, text, stop: final.stop_reason, counted, cache, refused }));
"""


def run(
    command: Sequence[str], url: str, home: Path, **environ: str
) -> subprocess.CompletedProcess[str]:
    """The client, in a home of its own, with the demo server as its API."""
    quiet = {
        "DISABLE_TELEMETRY": "1",
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    given = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "sk-ant-foreign",
    }
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=given | quiet | environ,
        cwd=home,
        check=False,
        timeout=180,
    )


def claude_code(binary: str, url: str, scratch: Path) -> Iterator[Trial]:
    """`claude -p`, with its default model and another one."""
    as_json = ("--output-format", "json")
    for flags in ((), ("-c",), ("--model", "haiku")):
        done = run((binary, "-p", *flags, "echo hello there", *as_json), url, scratch)
        result = _object(done.stdout)
        usage = _object(result.get("usage"))
        read = sum(
            int(usage.get(f"{kind}input_tokens") or 0)
            for kind in ("", "cache_creation_", "cache_read_")
        )
        gave = f"{result.get('result')}; {read} tokens read; status {done.returncode}"
        right = done.returncode == 0 and result.get("result") == "hello there" and read > 1000
        yield f"claude -p {' '.join(flags)}", gave, right
    failed = run((binary, "-p", "error 529"), url, scratch, CLAUDE_CODE_MAX_RETRIES="1")
    yield (
        "an overloaded server",
        failed.stdout,
        failed.returncode == 1 and "529" in failed.stdout,
    )


def llm(binary: str, url: str, scratch: Path) -> Iterator[Trial]:
    """llm with its plugin llm-anthropic."""
    for model in ("claude-sonnet-4.5", "claude-opus-4.8", "claude-haiku-5-5"):
        done = run((binary, "-m", model, "echo hello"), url, scratch)
        yield model, done.stdout + done.stderr, (done.returncode, done.stdout) == (0, "hello\n")
    again = run((binary, "-c", "what did I say"), url, scratch)
    yield "llm -c", again.stdout, "`echo hello`" in again.stdout
    failed = run((binary, "-m", "claude-sonnet-4.5", "error 401"), url, scratch)
    yield "a refused key", failed.stderr, failed.returncode == 1 and "401" in failed.stderr


def typescript_sdk(directory: str, url: str, scratch: Path) -> Iterator[Trial]:
    """The SDK for node that is installed below `directory`."""
    script = Path(directory) / "streamchat-trial.mjs"
    script.write_text(_SCRIPT)
    try:
        done = run(("node", str(script)), url, scratch)
    finally:
        script.unlink()
    gave = _object(done.stdout)
    refused = _object(gave.get("refused"))
    yield "models, page by page", str(gave.get("models")), len(gave.get("models") or []) > 6
    yield (
        "a stream",
        str(gave.get("text")),
        (gave.get("text"), gave.get("stop"))
        == (
            "hello",
            "end_turn",
        ),
    )
    yield "a count of tokens", str(gave.get("counted")), bool(_object(gave.get("counted")))
    yield "the cache", str(gave.get("cache")), gave.get("cache") == [[2500, 0], [0, 2500]]
    for name in ("batches", "files"):
        status, message = refused.get(name, [0, done.stderr])
        yield name, f"{status}: {message}", status == 404 and "does not play" in message
    yield "529", str(refused.get("overloaded")), refused.get("overloaded", [0])[0] == 529


def _object(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


CLIENTS: Mapping[str, Client] = {
    "claude": claude_code,
    "llm": llm,
    "typescript-sdk": typescript_sdk,
}
