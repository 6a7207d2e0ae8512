"""The files of settings: where they are, what is in them, which of them may speak.

Owns `config.toml`, the `.env` files and the list of allowed ones; the only importer of
python-dotenv and tomllib. Knows no terminal: a question is asked by a function that it is
given. What values mean, and where a key may go, is `settings`'.
"""

from __future__ import annotations

from streamchat.config.allowed import Verdict, remember, verdict
from streamchat.config.files import FileText
from streamchat.config.load import AskTrust, Question, load, read_prompt_file
from streamchat.config.paths import Paths, build_paths

__all__ = [
    "AskTrust",
    "FileText",
    "Paths",
    "Question",
    "Verdict",
    "build_paths",
    "load",
    "read_prompt_file",
    "remember",
    "verdict",
]
