"""The actions that a key can be bound to: one table for bindings, /help keys and README.

Owns the names, the default keys and the wording. What a key is called is in `keymap`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyAction:
    """A row; `keys` are its defaults, as a user writes them."""

    name: str
    keys: tuple[str, ...]
    help: str


PROMPT_ACTIONS = (
    KeyAction("send", ("Enter",), "send the message; during an answer, queue it"),
    KeyAction(
        "new_line",
        ("Alt-Enter", "Ctrl-J", "Shift-Enter", "Ctrl-Enter"),
        "start a new line in the message",
    ),
    KeyAction("stop", ("Esc",), "stop the answer, keep what arrived, send nothing queued"),
    KeyAction("edit_last", ("Esc Esc",), "edit the last question, on an empty line"),
    KeyAction(
        "older", ("Up", "Ctrl-P"), "recall earlier input; during an answer, unqueue the last"
    ),
    KeyAction("newer", ("Down", "Ctrl-N"), "recall later input"),
    KeyAction("search_history", ("Ctrl-R",), "search all earlier input"),
    KeyAction("complete", ("Tab",), "complete a command or the name of a file"),
    KeyAction("next_model", ("Alt-M",), "switch to the next of favorite_models"),
    KeyAction("next_effort", ("Alt-E",), "switch to the next effort"),
    KeyAction("thinking", ("Ctrl-O",), "show all of the last thinking"),
    KeyAction("editor", ("Ctrl-X Ctrl-E", "Ctrl-G"), "write the message in your editor"),
    KeyAction("paste", ("Ctrl-V",), "attach the image on the clipboard, or insert its text"),
    KeyAction("unfold_paste", ("Ctrl-X Ctrl-P",), "expand a folded paste"),
    KeyAction("clear_screen", ("Ctrl-L",), "clear the screen but keep the scrollback"),
    KeyAction("suspend", ("Ctrl-Z",), "suspend"),
    KeyAction("exit", ("Ctrl-D",), "exit, on an empty line; twice during an answer"),
)

LIST_ACTIONS = (
    KeyAction("list_up", ("Up", "Ctrl-P"), "in a list: the row above"),
    KeyAction("list_down", ("Down", "Ctrl-N"), "in a list: the row below"),
    KeyAction("list_page_up", ("PageUp",), "in a list: a page up"),
    KeyAction("list_page_down", ("PageDown",), "in a list: a page down"),
    KeyAction("list_first", ("Ctrl-Home",), "in a list: the first row"),
    KeyAction("list_last", ("Ctrl-End",), "in a list: the last row"),
    KeyAction("list_take", ("Enter",), "in a list: take the chosen row"),
    KeyAction("list_leave", ("Esc", "Ctrl-D", "Ctrl-G"), "leave a list or a question"),
    KeyAction("list_rename", ("Ctrl-R",), "in the list of conversations: rename"),
    KeyAction("list_delete", ("Ctrl-X",), "in the list of conversations: delete"),
    KeyAction("list_copy", ("Ctrl-F",), "in the list of conversations: copy"),
    KeyAction("list_export", ("Ctrl-E",), "in the list of conversations: export"),
)

KEY_ACTIONS = (*PROMPT_ACTIONS, *LIST_ACTIONS)
EVERYWHERE = "suspend"  # at the prompt and in lists
HAS_DOUBLE_ESCAPE = "edit_last"  # the only action that Esc Esc can have: it needs a clock

WHEN_ENTER_IS_A_NEW_LINE = {
    "send": ("Alt-Enter", "Ctrl-Enter"),
    "new_line": ("Enter", "Ctrl-J", "Shift-Enter"),
}
