"""The exported page in a real Chromium: no script runs, no request leaves.

    python tests/benchmarks/browser.py

The page holds every payload of the corpus, in questions, answers, names and titles. It is
loaded as it is, and once more without its content security policy, which must not be
needed. A page that does run a script shows that the test would notice.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from test_export import HOSTILE, talk, user

from streamchat.core.messages import Block, Message
from streamchat.export import FileExporter

CHROMIUM = [
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu"),
    *("--virtual-time-budget=3000", "--dump-dom"),
]
MARK = "document.title='PWNED'"


def hostile_page(address: str) -> str:
    """Every payload, armed: what it fetches or runs would be noticed."""
    messages: list[Message] = []
    for payload in (each for each in HOSTILE if each.strip() and len(each) < 20_000):
        armed = re.sub(r"https?://[\w.]*evil\.example", address, payload)
        armed = armed.replace("alert(1)", f"fetch(`{address}/script`),{MARK}")
        source: Block = {
            "type": "image",
            "title": armed,
            "source": {"type": "url", "url": armed},
        }
        cited: Block = {"type": "text", "text": armed, "citations": [{"url": armed}]}
        messages += [user(armed, source), Message("assistant", (cited,), armed, "end_turn")]
    conversation = talk(*messages, title=f"</title><script>{MARK}</script>")
    return FileExporter(Path(), Path(), "! overwrites it").text(
        conversation, "html", replies=None
    )


def control_page(address: str) -> str:
    return f"<title>x</title><script>{MARK};fetch('{address}/script')</script>"


def main() -> int:
    pages: dict[str, str] = {}
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            body = pages.get(self.path, "").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    page = hostile_page(address)
    pages["/control"] = control_page(address)
    pages["/page"] = page
    pages["/page-without-policy"] = re.sub(r"<meta http-equiv[^>]*>\n", "", page)
    harmless = True
    for path in pages:
        requests.clear()
        command = [*CHROMIUM, f"{address}{path}"]
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        title = re.search(r"<title>(.*?)</title>", run.stdout, re.DOTALL)
        ran = title is not None and title[1] == "PWNED"
        others = [each for each in requests if each not in (path, "/favicon.ico")]
        print(f"{path:22} script ran: {ran!s:5}  requests: {others}")
        harmless = harmless and (ran or bool(others)) == (path == "/control")
    server.shutdown()
    return 0 if harmless else 1


if __name__ == "__main__":
    sys.exit(main())
