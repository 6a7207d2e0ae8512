"""The keys of the prompt, over prompt_toolkit's own emacs or vi bindings.

Each module owns the bindings of one purpose. A result of the running application is the text
of the line as it is, a Key, Editing or Searching.
"""

from __future__ import annotations

from streamchat.prompt.keys.chords import ActionKeys
from streamchat.prompt.keys.completing import load_completing
from streamchat.prompt.keys.leaving import load_escaping, load_leaving
from streamchat.prompt.keys.pasting import load_pasting
from streamchat.prompt.keys.recalling import Recall, Searching, load_recalling
from streamchat.prompt.keys.screen import Editing, load_cycling, load_editing, load_unfolding
from streamchat.prompt.keys.sending import load_sending
from streamchat.prompt.keys.vi import LastChange, load_vi

__all__ = [
    "ActionKeys",
    "Editing",
    "LastChange",
    "Recall",
    "Searching",
    "load_completing",
    "load_cycling",
    "load_editing",
    "load_escaping",
    "load_leaving",
    "load_pasting",
    "load_recalling",
    "load_sending",
    "load_unfolding",
    "load_vi",
]
