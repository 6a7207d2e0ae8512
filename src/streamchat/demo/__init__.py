"""The Messages API server behind `--demo`.

It runs in this process, in threads of its own, on 127.0.0.1 only. The program reaches it as it
reaches any server: through the SDK, over a socket. Must not know: the SDK, the terminal, the
conversation files, the application.
"""

from __future__ import annotations

from streamchat.demo.server import DemoServer

__all__ = ["DemoServer"]
