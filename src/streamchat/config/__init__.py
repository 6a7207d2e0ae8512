"""The settings files: where they are, what they hold, which of them count.

Owns `config.toml`, the `.env` files and the list of allowed ones. Only this package imports
python-dotenv. It knows no terminal: to ask the user, it calls a function that it was given.
`core.settings` owns what values mean and where a key may be sent.
"""

from __future__ import annotations

from streamchat.config.allowed import Verdict, remember, verdict
from streamchat.config.files import TextFile
from streamchat.config.load import load, read_own_file, read_prompt_file
from streamchat.config.paths import Location, Paths, build_paths
from streamchat.config.trust_question import AskedSetting, AskTrust, Question

__all__ = [
    "AskTrust",
    "AskedSetting",
    "Location",
    "Paths",
    "Question",
    "TextFile",
    "Verdict",
    "build_paths",
    "load",
    "read_own_file",
    "read_prompt_file",
    "remember",
    "verdict",
]
