"""The demo server below the SDK: bytes on a socket."""

from __future__ import annotations

import gc
import json
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from patience import PATIENCE_S
from streamchat.demo import DemoServer
from streamchat.demo.http import MAX_BODY_BYTES, LoopbackServer
from streamchat.demo.pace import INSTANT
from streamchat.demo.server import DemoApi, refuse

TYPED = {"role": "user", "content": "echo Hello"}
BODY = json.dumps({"model": "claude-haiku-5-5", "max_tokens": 9, "messages": [TYPED]}).encode()
HEAD = b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nanthropic-version: 2026-10-21\r\n"


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    with DemoServer(speed=INSTANT) as running:
        yield running


def connect(server: LoopbackServer) -> socket.socket:
    host, port = server.base_url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_S)


def converse(server: LoopbackServer, *pieces: bytes) -> bytes:
    """Send these pieces; all that comes back until the server closes."""
    with connect(server) as link:
        for piece in pieces:
            link.sendall(piece)
        return b"".join(iter(lambda: link.recv(65536), b""))


def post(body: bytes, *headers: bytes, head: bytes = HEAD) -> bytes:
    lines = (b"Content-Length: %d" % len(body), *headers)
    return head + b"\r\n".join(lines) + b"\r\n\r\n" + body


def body_of(response: bytes) -> bytes:
    return response.partition(b"\r\n\r\n")[2]


def exit_status(response: bytes) -> bytes:
    return response.partition(b"\r\n")[0]


CLOSE = b"Connection: close"


def test_a_connection_is_kept_for_the_next_request(demo: DemoServer) -> None:
    answers = converse(demo, post(BODY), post(BODY), post(BODY, CLOSE))
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert answers.count(b'"text":"Hello"') == 3
    assert answers.count(b"connection: close\r\n") == 1


def test_requests_sent_ahead_are_answered_in_order(demo: DemoServer) -> None:
    second = BODY.replace(b"Hello", b"World")
    answers = converse(demo, post(BODY) + post(second, CLOSE))
    assert answers.index(b'"text":"Hello"') < answers.index(b'"text":"World"')


def test_how_a_request_is_cut_does_not_matter(demo: DemoServer) -> None:
    whole = post(BODY, CLOSE)
    assert b'"text":"Hello"' in converse(demo, *(whole[i : i + 1] for i in range(len(whole))))


def test_a_stream_is_chunked_and_ends_with_the_last_event(demo: DemoServer) -> None:
    stream = BODY.replace(b"{", b'{"stream": true, ', 1)
    answer = converse(demo, post(stream, CLOSE))
    assert b"transfer-encoding: chunked\r\n" in answer
    assert b"event: ping\ndata: {" in answer
    assert answer.endswith(
        b'event: message_stop\ndata: {"type":"message_stop"}\n\n\r\n0\r\n\r\n'
    )


def test_http_1_0_gets_a_plain_body(demo: DemoServer) -> None:
    stream = BODY.replace(b"{", b'{"stream": true, ', 1)
    answer = converse(demo, post(stream, head=HEAD.replace(b"1.1", b"1.0")))
    assert b"transfer-encoding" not in answer
    assert answer.endswith(b'data: {"type":"message_stop"}\n\n')


def test_continue_is_said_when_expected(demo: DemoServer) -> None:
    answer = converse(demo, post(BODY, CLOSE, b"Expect: 100-continue"))
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_a_lone_surrogate_stays_an_escape(demo: DemoServer) -> None:
    answer = converse(demo, post(BODY.replace(b"Hello", b"\\ud83d x"), CLOSE))
    assert json.loads(body_of(answer))["content"][-1]["text"] == "\ud83d x"


def test_a_head_request_gets_no_body(demo: DemoServer) -> None:
    answer = converse(demo, b"HEAD /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert exit_status(answer) == b"HTTP/1.1 200 OK"
    assert body_of(answer) == b""


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
        (b"GET / HTTP/3.0\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (HEAD + b"Content-Length: -1\r\n\r\n", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", 411),
        (b"BREW / HTTP/1.1\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 101 + b"\r\n", 431),
        (b"GET /v2/messages HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
        (b"GET /v1/messages HTTP/1.1\r\nConnection: close\r\n\r\n", 405),
        (b"GET /v1/models?limit=0 HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (post(b"{", CLOSE), 400),
        (post(b"[1]", CLOSE), 400),
        (post(b"[" * 100_000, CLOSE), 400),
        (post(b'{"messages": 1}', CLOSE), 404),
        (post(BODY.replace(b'"max_tokens": 9, ', b""), CLOSE), 400),
    ],
)
def test_what_cannot_be_served_gets_an_error(
    demo: DemoServer, sent: bytes, status: int
) -> None:
    answer = converse(demo, sent)
    assert int(exit_status(answer).split()[1]) == status
    error = json.loads(body_of(answer))
    assert error["type"] == "error"
    assert error["error"]["message"]
    assert b"request-id: " + error["request_id"].encode() in answer


def test_a_body_over_the_limit_is_refused_after_it_was_sent(demo: DemoServer) -> None:
    answer = converse(demo, post(b" " * (MAX_BODY_BYTES + 1), CLOSE))
    assert exit_status(answer).startswith(b"HTTP/1.1 413 ")
    assert json.loads(body_of(answer))["error"]["type"] == "request_too_large"
    largest = BODY + b" " * (MAX_BODY_BYTES - len(BODY))
    assert b'"text":"Hello"' in converse(demo, post(largest, CLOSE))


def test_pings_go_on_in_a_pinging_stall() -> None:
    stall = BODY.replace(b"{", b'{"stream": true, ', 1).replace(b"echo Hello", b"stall ping")
    api = DemoApi(speed=INSTANT, ping_s=0.001)
    with LoopbackServer(api.answer, refuse) as server, connect(server) as link:
        link.sendall(post(stall))
        arrived = b""
        while arrived.count(b"event: ping") < 5:
            arrived += link.recv(65536)
    assert b"message_stop" not in arrived


def test_a_client_that_leaves_is_forgotten(
    demo: DemoServer, capfd: pytest.CaptureFixture[str]
) -> None:
    stall = BODY.replace(b"{", b'{"stream": true, ', 1).replace(b"echo Hello", b"stall")
    for sent in (b"", b"POST", HEAD, post(BODY)[:-5], post(BODY), post(stall)):
        with connect(demo) as link:
            link.sendall(sent)
    with closing(connect(demo)) as link:  # one that leaves in the middle of an answer
        link.sendall(post(stall))
        assert link.recv(100)
    with closing(connect(demo)) as link:  # and one that tears the connection down
        link.sendall(post(stall))
        assert link.recv(100)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert b'"text":"Hello"' in converse(demo, post(BODY, CLOSE))
    demo.stop()
    gc.collect()
    assert capfd.readouterr() == ("", "")


def test_to_import_and_start_it_is_cheap() -> None:
    code = (
        "import sys, streamchat.demo as d; s = d.DemoServer(); s.start(); s.stop();"
        "print(sorted({'anthropic', 'httpx2', 'pydantic', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
