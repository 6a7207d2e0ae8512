"""What the application needs of the world, as Protocols; the edges implement them.

Nothing here is implemented, and nothing here names a library.
"""

from __future__ import annotations

from streamchat.core.ports.archive import (
    Archive,
    Exporter,
    ImportResult,
    Index,
    Journal,
    OpenedConversation,
)
from streamchat.core.ports.configuration import (
    AppliedTemplate,
    Configuration,
    FixedConfiguration,
)
from streamchat.core.ports.reader import (
    Asker,
    Clipboard,
    ForgetTyped,
    Input,
    Key,
    NoClipboard,
    Pasted,
    PickAct,
    Picked,
    Reader,
    Script,
    Typed,
    stops_none,
)
from streamchat.core.ports.screen import (
    ComparisonView,
    Copied,
    CopiedTo,
    Ending,
    Screen,
    TypeAhead,
    View,
)
from streamchat.core.ports.source import Source

__all__ = [
    "AppliedTemplate",
    "Archive",
    "Asker",
    "Clipboard",
    "ComparisonView",
    "Configuration",
    "Copied",
    "CopiedTo",
    "Ending",
    "Exporter",
    "FixedConfiguration",
    "ForgetTyped",
    "ImportResult",
    "Index",
    "Input",
    "Journal",
    "Key",
    "NoClipboard",
    "OpenedConversation",
    "Pasted",
    "PickAct",
    "Picked",
    "Reader",
    "Screen",
    "Script",
    "Source",
    "TypeAhead",
    "Typed",
    "View",
    "stops_none",
]
