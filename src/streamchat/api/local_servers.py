"""Which servers for local models run on this machine.

Rule: nothing is sent. The only test is whether a port on loopback accepts a TCP connection.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

_CONNECT_S = 0.25


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A program that may be listening: `name` is that of its profile."""

    title: str
    name: str
    base_url: str


USUAL = (
    LocalServer("Ollama", "ollama", "http://127.0.0.1:11434"),
    LocalServer("llama.cpp", "llama-cpp", "http://127.0.0.1:8080"),
    LocalServer("LM Studio", "lm-studio", "http://127.0.0.1:1234"),
    LocalServer("vLLM", "vllm", "http://127.0.0.1:8000"),
)


def is_running(server: LocalServer) -> bool:
    """Whether something accepts connections there."""
    parts = urlsplit(server.base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), _CONNECT_S).close()
    except OSError:
        return False
    return True
