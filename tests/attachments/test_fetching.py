"""Addresses that are fetched here: what comes back, and what is never asked."""

from __future__ import annotations

import base64
import gzip
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from patience import PATIENCE_S
from pictures import png
from relays import Place, http_proxy
from streamchat.attachments.connecting import Connector, Trust, judge
from streamchat.attachments.fetching import LARGEST_BYTES, Fetcher, parse_address
from streamchat.core.attachment_blocks import describe_block
from streamchat.core.errors import (
    InvalidRequest,
    NoPermission,
    NotFound,
    StreamchatError,
    TryLater,
    Unreachable,
)
from streamchat.core.settings import Proxy, choose_proxy
from streamchat.core.settings import parse_address as parse_base_url

PNG = png(56, 28)
PAGE = b"<html><title>Tides</title><h1>Tides</h1><p>The sea rises.</html>"
PUBLIC, PRIVATE = "93.184.216.34", "10.1.2.3"
CERTIFICATE = Path(__file__).parents[1] / "data/loopback.pem"
AT = 1_790_000_000.0  # 2026-09-21T14:13:20Z


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None  # that is promised


@dataclass
class World:
    """One server behind every name, and a resolver that says what a test wants."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    now: list[float] = field(default_factory=lambda: [0.0])

    def resolve(self, host: str, _port: int) -> list[str]:
        self.looked_up.append(host)
        if host not in self.names:
            raise socket.gaierror(-2, "Name or service not known")
        return self.names[host]

    def connect(self, ip: str, port: int, seconds: float) -> socket.socket:
        assert seconds <= 10
        self.connected.append((ip, port))
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    environ: dict[str, str] = field(default_factory=dict)

    @property
    def fetcher(self) -> Fetcher:
        return self.trusting(ssl.create_default_context)

    def trusting(self, build_tls: Callable[[], ssl.SSLContext]) -> Fetcher:
        connector = Connector(self.resolve, self.connect, build_tls)
        clock = lambda: self.now[0]  # noqa: E731
        return Fetcher("streamchat/test", lambda: AT, connector, clock, self.find_proxy)

    def find_proxy(self, url: str) -> Proxy | None:
        return choose_proxy(parse_base_url(url), self.environ)

    def redirect(self, path: str, location: str) -> None:
        self.answers[path] = Answer(status=302, headers={"Location": location})


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """With the parameter "tls", the server speaks it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.requests.append((self.path, dict(self.headers.items())))
            answer = made.answers.get(self.path, Answer(b"gone", 404))
            self.send_response(answer.status)
            length = len(answer.body) if answer.length is None else answer.length
            for name, value in {"Content-Length": str(length), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if getattr(request, "param", ""):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    made = World(server.server_port)
    made.names = {"site.example": [PUBLIC], "wiki.corp.example": [PRIVATE]}
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def html(body: bytes = PAGE, **headers: str) -> Answer:
    return Answer(body, headers={"Content-Type": "text/html; charset=utf-8", **headers})


def test_a_page_is_its_text_with_title_address_and_time(world: World) -> None:
    world.answers["/a?b=c"] = html()
    block = world.fetcher.build_block("http://site.example/a?b=c#part", None).block
    assert (block["type"], block["title"]) == ("document", "Tides")
    assert "The sea rises." in block["source"]["data"]
    assert block["context"] == (
        "Web page fetched from http://site.example/a?b=c at 2026-09-21T14:13:20Z."
    )
    assert describe_block(block).startswith("Tides, http://site.example/a?b=c (web page, ")


def test_the_request_holds_no_cookie_and_no_credential(world: World) -> None:
    headers = {"Location": "/b", "Set-Cookie": "a=b"}
    world.answers["/"] = Answer(status=302, headers=headers)
    world.answers["/b"] = html()
    world.fetcher.fetch("http://site.example/")
    for _path, headers in world.requests:
        assert headers == {
            "Host": "site.example",
            "User-Agent": "streamchat/test",
            "Accept": headers["Accept"],
            "Accept-Encoding": "gzip, identity",
            "Connection": "close",
        }


def test_an_image_a_pdf_and_a_text_are_what_they_are(world: World) -> None:
    world.answers["/x/cat.png"] = Answer(PNG)
    world.answers["/report"] = Answer(b"%PDF-1.7 /Type /Page ")
    world.answers["/notes.txt"] = Answer(
        "naïve".encode("latin-1"), headers={"Content-Type": "text/plain; charset=latin-1"}
    )
    build = world.fetcher.build_block
    image = build("http://site.example/x/cat.png", None).block
    assert base64.b64decode(image["source"]["data"]) == PNG
    assert describe_block(image).startswith("http://site.example/x/cat.png (PNG image, ")
    assert build("http://site.example/report", None).block["type"] == "document"
    text = build("http://site.example/notes.txt", None).block
    assert text["source"]["data"] == "naïve"
    assert text["context"].startswith("Fetched from http://site.example/notes.txt at ")
    assert describe_block(text).startswith("http://site.example/notes.txt (text, ")


def test_a_file_that_cannot_be_sent_is_named_by_its_address(world: World) -> None:
    world.answers["/x/cat.png"] = Answer(PNG[:-4])
    with pytest.raises(InvalidRequest, match=r"http://site\.example/x/cat\.png is damaged"):
        world.fetcher.build_block("http://site.example/x/cat.png", None)


def test_what_is_packed_is_unpacked_within_the_limit(world: World) -> None:
    packed = {"Content-Encoding": "gzip"}
    world.answers["/"] = html(gzip.compress(PAGE), **packed)
    assert world.fetcher.fetch("http://site.example").data == PAGE
    world.answers["/"] = html(gzip.compress(bytes(LARGEST_BYTES + 1)), **packed)
    with pytest.raises(InvalidRequest, match="larger than 10 MB"):
        world.fetcher.fetch("http://site.example")
    world.answers["/"] = html(gzip.compress(PAGE)[:-9], **packed)
    with pytest.raises(Unreachable, match="it was cut off"):
        world.fetcher.fetch("http://site.example")


@pytest.mark.parametrize("says_so", [True, False])
def test_what_is_larger_than_10_mb_is_refused(says_so: bool, world: World) -> None:
    body = bytes(LARGEST_BYTES + 1)
    headers = {} if says_so else {"Content-Length": ""}
    world.answers["/"] = Answer(body, headers=headers)
    with pytest.raises(InvalidRequest, match="download it and attach the file"):
        world.fetcher.fetch("http://site.example/")


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (404, NotFound, "http://site.example/ answered 404 Not Found."),
        (403, NoPermission, "It is fetched without cookies and credentials."),
        (503, TryLater, "answered 503 Service Unavailable."),
        (418, InvalidRequest, "answered 418"),
        (304, InvalidRequest, "answered 304"),
    ],
)
def test_a_refusal_is_said(
    status: int, kind: type[StreamchatError], text: str, world: World
) -> None:
    world.answers["/"] = Answer(status=status)
    with pytest.raises(kind) as raised:
        world.fetcher.fetch("http://site.example/")
    assert text in str(raised.value)


def test_five_redirects_are_followed_and_no_sixth(world: World) -> None:
    for number in range(6):
        world.redirect(f"/{number}", f"/{number + 1}")
    world.answers["/6"] = html()
    assert world.fetcher.fetch("http://site.example/1").address == "http://site.example/6"
    with pytest.raises(Unreachable, match="redirects more than 5 times"):
        world.fetcher.fetch("http://site.example/0")
    world.redirect("/7", "ftp://site.example/")
    with pytest.raises(NotFound, match="not an http or https address"):
        world.fetcher.fetch("http://site.example/7")


@pytest.mark.parametrize(
    ("start", "leads_to", "ip", "is_allowed"),
    [
        ("site.example", "other.example", PUBLIC, True),
        ("site.example", "in.example", PRIVATE, False),
        ("site.example", "127.0.0.1", "127.0.0.1", False),
        ("site.example", "localhost", "::1", False),
        ("site.example", "169.254.169.254", "169.254.169.254", False),
        ("site.example", "[::ffff:10.0.0.1]", "::ffff:10.0.0.1", False),
        ("site.example", "nat.example", "64:ff9b::7f00:1", False),
        ("site.example", "zero.example", "0.0.0.0", False),
        ("wiki.corp.example", "in.example", PRIVATE, True),
        ("wiki.corp.example", "localhost", "127.0.0.1", False),
        ("wiki.corp.example", "169.254.169.254", "169.254.169.254", False),
        ("localhost", "127.0.0.1", "127.0.0.1", True),
        ("localhost", "site.example", PUBLIC, True),
    ],
)
def test_a_redirect_never_leads_nearer(
    start: str, leads_to: str, ip: str, is_allowed: bool, world: World
) -> None:
    world.names |= {"localhost": ["127.0.0.1"], leads_to.strip("[]"): [ip]}
    world.redirect("/", f"http://{leads_to}/secret")
    world.answers["/secret"] = Answer(b"secret")
    if is_allowed:
        assert world.fetcher.fetch(f"http://{start}/").data == b"secret"
        return
    with pytest.raises(InvalidRequest, match="nothing was fetched"):
        world.fetcher.fetch(f"http://{start}/")
    assert [path for path, _ in world.requests] == ["/"]


def test_a_way_back_from_a_public_host_is_none(world: World) -> None:
    world.names["localhost"] = ["127.0.0.1"]
    world.redirect("/", "http://site.example/on")
    world.redirect("/on", "http://localhost/secret")
    with pytest.raises(InvalidRequest, match="nothing was fetched"):
        world.fetcher.fetch("http://localhost/")


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1", "169.254.169.254", "0.0.0.0"])
def test_a_public_name_never_leads_to_this_machine(ip: str, world: World) -> None:
    world.names["evil.example"] = [ip]
    with pytest.raises(InvalidRequest, match="inside this machine or its network"):
        world.fetcher.fetch("http://evil.example/")
    assert world.connected == []


def test_the_address_that_was_checked_is_the_one_that_is_asked(world: World) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    def rebinding(_host: str, _port: int) -> list[str]:
        return next(answers)

    world.answers["/"] = html()
    fetcher = Fetcher("x", lambda: AT, Connector(rebinding, world.connect), lambda: 0.0)
    fetcher.fetch("http://evil.example:8080/")
    assert world.connected == [(PUBLIC, 8080)]


def test_of_several_addresses_one_that_is_far_enough_is_asked(world: World) -> None:
    world.names["both.example"] = ["127.0.0.1", PUBLIC]
    world.answers["/"] = html()
    world.fetcher.fetch("http://both.example/")
    assert world.connected == [(PUBLIC, 80)]


def test_what_is_typed_may_be_near(world: World) -> None:
    world.answers["/"] = html()
    world.names |= {"localhost": ["127.0.0.1"], "nas": ["192.168.1.4"], "10.1.2.3": [PRIVATE]}
    for host in ("localhost", "nas", "10.1.2.3", "wiki.corp.example"):
        assert world.fetcher.fetch(f"http://{host}/").data == PAGE


@pytest.mark.parametrize(
    ("ip", "trust"),
    [
        ("8.8.8.8", Trust.PUBLIC),
        ("2606:4700::1", Trust.PUBLIC),
        ("192.168.0.1", Trust.NETWORK),
        ("100.64.0.1", Trust.NETWORK),
        ("fd00::1", Trust.NETWORK),
        ("224.0.0.1", Trust.NETWORK),
        ("2002:0a00:0001::1", Trust.NETWORK),
        ("127.8.9.1", Trust.MACHINE),
        ("fe80::1%eth0", Trust.MACHINE),
        ("::", Trust.MACHINE),
        ("::ffff:127.0.0.1", Trust.MACHINE),
    ],
)
def test_how_near_an_address_is(ip: str, trust: Trust) -> None:
    assert judge(ip) is trust


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("http://", "it has no host"),
        ("http://[::1", "not a valid address"),
        ("http://a:b/", "not a valid address"),
        ("http://user:secret@site.example/", "leave them out"),
        ("file:///etc/passwd", "not an http or https address"),
        ("http://" + "a" * 70 + ".example/", "not a valid address"),
    ],
)
def test_what_is_no_address_is_refused(address: str, text: str) -> None:
    with pytest.raises(NotFound) as raised:
        parse_address(address)
    assert text in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_name_in_another_script_is_asked_in_ascii(world: World) -> None:
    world.names["xn--bcher-kva.example"] = [PUBLIC]
    world.answers["/%C3%BC%20b?q=%C3%BC"] = html()
    world.fetcher.fetch("http://bücher.example/ü b?q=ü")
    assert world.requests[0][1]["Host"] == "xn--bcher-kva.example"


def test_a_page_without_text_says_why(world: World) -> None:
    world.answers["/"] = html(b"<html><script>render()</script></html>")
    with pytest.raises(InvalidRequest, match="holds no readable text"):
        world.fetcher.build_block("http://site.example/", None)


def fails(error: OSError) -> Callable[[str, int, float], socket.socket]:
    def connect(_ip: str, _port: int, _seconds: float) -> socket.socket:
        raise error

    return connect


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "does not accept connections."),
        (TimeoutError("timed out"), "site.example took longer than 10 s."),
        (OSError(101, "Network is unreachable"), "Network is unreachable."),
    ],
)
def test_a_failing_network_is_one_line(error: OSError, text: str, world: World) -> None:
    fetcher = Fetcher("x", lambda: AT, Connector(world.resolve, fails(error)), lambda: 0.0)
    with pytest.raises(Unreachable) as raised:
        fetcher.fetch("http://site.example/")
    assert text in str(raised.value)


def test_an_unknown_name_is_one_line(world: World) -> None:
    with pytest.raises(Unreachable, match=r"Cannot reach nowhere\.example: Name or service"):
        world.fetcher.fetch("http://nowhere.example/")


def test_a_reply_that_is_cut_off_is_not_attached(world: World) -> None:
    world.answers["/"] = Answer(b"half", length=99)
    with pytest.raises(
        Unreachable, match="closed the connection before everything had arrived"
    ):
        world.fetcher.fetch("http://site.example/")


def test_ten_seconds_are_for_all_hops_together(world: World) -> None:
    world.redirect("/", "/on")
    world.answers["/on"] = html()

    def slow(host: str, port: int) -> list[str]:
        world.now[0] += 6
        return world.resolve(host, port)

    fetcher = Fetcher("x", lambda: AT, Connector(slow, world.connect), lambda: world.now[0])
    with pytest.raises(Unreachable, match="took longer than 10 s"):
        fetcher.fetch("http://site.example/")


@pytest.mark.parametrize("world", ["tls"], indirect=True)
def test_over_tls_the_name_must_be_that_of_the_certificate(world: World) -> None:
    world.answers["/"] = html()
    world.names |= {"localhost": ["127.0.0.1"], "other.example": [PUBLIC]}
    trusting = partial(ssl.create_default_context, cafile=str(CERTIFICATE))
    connector = Connector(world.resolve, world.connect, trusting)
    fetcher = Fetcher("x", lambda: AT, connector, lambda: 0.0)
    assert fetcher.fetch("https://localhost/").data == PAGE
    assert world.connected == [("127.0.0.1", 443)]
    with pytest.raises(Unreachable, match=r"has no valid certificate: .*[^.]\.$"):
        fetcher.fetch("https://other.example/")
    with pytest.raises(Unreachable, match="has no valid certificate"):
        world.fetcher.fetch("https://localhost/")


# Behind a proxy

PROXY = "http://me:pa%20ss@proxy.corp.example:3128"
AS_ME = "Basic bWU6cGEgc3M="


@pytest.fixture
def behind(world: World) -> World:
    """A world where everything goes to a proxy, which knows names that nobody else does."""
    world.names["proxy.corp.example"] = [PRIVATE]
    world.environ = {"HTTP_PROXY": PROXY, "HTTPS_PROXY": PROXY, "NO_PROXY": "*.intern.example"}
    return world


def test_a_proxy_is_asked_for_the_whole_address(behind: World) -> None:
    behind.answers["http://only.there.example:8080/a?b"] = html()
    assert behind.fetcher.fetch("http://only.there.example:8080/a?b").data == PAGE
    [(_, headers)] = behind.requests
    assert behind.connected == [(PRIVATE, 3128)]
    assert (headers["Host"], headers["Proxy-Authorization"]) == (
        "only.there.example:8080",
        AS_ME,
    )


def test_no_proxy_and_this_machine_are_asked_directly(behind: World) -> None:
    behind.names |= {"a.intern.example": [PUBLIC], "localhost": ["127.0.0.1"]}
    behind.answers["/"] = html()
    for host in ("a.intern.example", "localhost"):
        assert behind.fetcher.fetch(f"http://{host}/").data == PAGE
    assert all("Proxy-Authorization" not in headers for _, headers in behind.requests)
    assert behind.connected == [(PUBLIC, 80), ("127.0.0.1", 80)]


@pytest.mark.parametrize(
    ("start", "leads_to", "ip", "is_allowed"),
    [
        ("unknown.example", "unknown.too.example", "", True),
        ("unknown.example", "in.example", PRIVATE, False),
        ("unknown.example", "a.intern.example", PRIVATE, False),
        ("unknown.example", "localhost", "127.0.0.1", False),
        ("unknown.example", "2130706433", "127.0.0.1", False),
        ("unknown.example", "169.254.169.254", "169.254.169.254", False),
        ("unknown.example", "wiki", "", False),
        ("wiki", "in.example", PRIVATE, True),
        ("wiki", "localhost", "127.0.0.1", False),
    ],
)
def test_behind_a_proxy_a_redirect_never_leads_nearer(
    start: str, leads_to: str, ip: str, is_allowed: bool, behind: World
) -> None:
    if ip:
        behind.names[leads_to] = [ip]
    goal = f"http://{leads_to}/secret"
    behind.redirect(f"http://{start}/", goal)
    behind.answers |= {goal: Answer(b"secret"), "/secret": Answer(b"secret")}
    if is_allowed:
        assert behind.fetcher.fetch(f"http://{start}/").data == b"secret"
        return
    with pytest.raises(InvalidRequest, match="nothing was fetched"):
        behind.fetcher.fetch(f"http://{start}/")
    assert [path for path, _ in behind.requests] == [f"http://{start}/"]


@pytest.mark.parametrize("world", ["tls"], indirect=True)
@pytest.mark.parametrize("over_tls", [False, True])
def test_https_goes_through_a_tunnel(over_tls: bool, world: World) -> None:
    longer_than_a_record = "/" + "x" * 40_000
    world.answers[longer_than_a_record] = html()
    trusting = partial(ssl.create_default_context, cafile=str(CERTIFICATE))
    with http_proxy(Place(world.port), tls=over_tls) as proxy:
        world.port = proxy.port
        world.names["localhost"] = ["127.0.0.1"]
        scheme = "https" if over_tls else "http"
        world.environ = {"https_proxy": f"{scheme}://localhost:{proxy.port}"}
        # The certificate is for localhost, which is asked without a proxy otherwise.
        found = Proxy(world.environ["https_proxy"], "https_proxy")
        fetcher = replace(world.trusting(trusting), find_proxy=lambda _url: found)
        assert fetcher.fetch(f"https://localhost{longer_than_a_record}").data == PAGE
        assert proxy.asked == ["CONNECT localhost:443 HTTP/1.1"]
        assert "Proxy-Authorization" not in world.requests[0][1]


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        ("407 Wants a name", NoPermission, "asks for a user name and a password"),
        ("403 Forbidden", Unreachable, "(HTTPS_PROXY) refused: 403 Forbidden."),
    ],
)
def test_a_proxy_that_refuses_says_why(
    status: str, kind: type[StreamchatError], text: str, behind: World
) -> None:
    with http_proxy(Place(behind.port), status=status) as proxy:
        behind.port = proxy.port
        with pytest.raises(kind) as raised:
            behind.fetcher.fetch("https://site.example/")
    assert text in str(raised.value)
    assert "…@proxy.corp.example:3128" in str(raised.value)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://gone.example:1", "Cannot reach the proxy gone.example:1 (ALL_PROXY): Name or"),
        ("ftp://proxy.corp.example", "begins with none of http, https, socks5, socks5h"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named(url: str, text: str, world: World) -> None:
    world.environ = {"ALL_PROXY": url}
    with pytest.raises(StreamchatError) as raised:
        world.fetcher.fetch("http://site.example/")
    assert text in str(raised.value)


@dataclass
class SocksProxy:
    """Understands one request, then is the server that is asked."""

    code: int = 0
    asked: list[bytes] = field(default_factory=list)
    ours: socket.socket = field(init=False)

    def connect(self, _ip: str, _port: int, _seconds: float) -> socket.socket:
        theirs, self.ours = socket.socketpair()
        threading.Thread(target=self.serve, daemon=True).start()
        return theirs

    def serve(self) -> None:
        with self.ours as ours, ours.makefile("rb") as reading:
            self.asked.append(reading.read(3))
            ours.sendall(b"\x05\x02")
            self.asked.append(reading.read(2 + 2 + 1 + 5))
            ours.sendall(b"\x01\x00")
            head = reading.read(5)
            length = 4 if head[3] == 1 else head[4] + 1
            self.asked.append(head + reading.read(length + 1))
            ours.sendall(bytes([5, self.code, 0, 1, 0, 0, 0, 0, 0, 0]))
            if not self.code:
                while reading.readline().strip():
                    pass
                ours.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")


@pytest.mark.parametrize(
    ("reply", "kind", "text"),
    [
        (b"HT", Unreachable, "refused: it does not speak SOCKS 5."),
        (b"\x05\xff", NoPermission, "asks for a user name and a password"),
        (b"", Unreachable, "it closed the connection"),
    ],
)
def test_what_is_no_socks_proxy_is_not_taken_for_one_that_wants_a_name(
    reply: bytes, kind: type[StreamchatError], text: str, world: World
) -> None:
    theirs, ours = socket.socketpair()
    ours.sendall(reply)
    ours.shutdown(socket.SHUT_WR)
    world.names["proxy"] = [PRIVATE]
    world.environ = {"ALL_PROXY": "socks5h://proxy"}
    fetcher = replace(world.fetcher, connector=Connector(world.resolve, lambda *_: theirs))
    with ours, theirs, pytest.raises(kind, match=re.escape(text)):
        fetcher.fetch("http://site.example/")


@pytest.mark.parametrize(
    ("scheme", "place"),
    [
        ("socks5h", b"\x03\x0csite.example\x00\x50"),
        ("socks5", b"\x01" + socket.inet_aton(PUBLIC) + b"\x00\x50"),
    ],
)
def test_a_socks_proxy_gets_the_name_or_the_address_that_was_checked(
    scheme: str, place: bytes, world: World
) -> None:
    world.names["proxy"] = [PRIVATE]
    world.environ = {"ALL_PROXY": f"{scheme}://me:my%20pw@proxy"}
    proxy = SocksProxy()
    connector = Connector(world.resolve, proxy.connect)
    fetcher = replace(world.fetcher, connector=connector)
    assert fetcher.fetch("http://site.example/").data == b"hi"
    assert proxy.asked == [b"\x05\x01\x02", b"\x01\x02me\x05my pw", b"\x05\x01\x00" + place]
    proxy.code = 2
    with pytest.raises(Unreachable, match=r"\(ALL_PROXY\) refused: not allowed\."):
        fetcher.fetch("http://site.example/")
