"""The Messages API: the only importer of anthropic and httpx2.

Owns the request's parameters, and the only translation of the SDK's stream into events and of
failures into ApiErrors. Must not know: the screen, the disk, the conversation.
Rule 1: success is an event stream with a message_stop and a stop reason; anything else
raises. Rule 2: never retries, never follows a redirect. Rule 3: importing this package
does not import the SDK; `ApiClient.load` imports `connection`, and with it all modules that
need the SDK. `slim_import` keeps that import short.
"""

from streamchat.api.catalogue import ModelInfo
from streamchat.api.client import ApiClient, import_sdk_once
from streamchat.api.clouds import require_library
from streamchat.api.server import Deadlines, Server

__all__ = [
    "ApiClient",
    "Deadlines",
    "ModelInfo",
    "Server",
    "import_sdk_once",
    "require_library",
]
