"""Options: the prompt and the conversation."""

from __future__ import annotations

from streamchat.core.options.rows import Group, Kind, Option, Reach, setting

INPUT = (
    setting(
        "once", Group.INPUT, "-p --print", "print one answer and exit, even on a terminal",
        kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "interactive", Group.INPUT, "-i --interactive",
        "answer the prompt, then stay in the chat", kind=Kind.ON_OFF,
        reach=Reach.ANYWHERE,
    ),
    setting(
        "continue_newest", Group.INPUT, "-c --continue", "resume the newest conversation",
        kind=Kind.ON_OFF,
        reach=Reach.USER,
    ),
    setting(
        "here", Group.INPUT, "--here",
        "list, find and resume only conversations that began in this directory",
        kind=Kind.ON_OFF, reach=Reach.USER,
    ),
    setting(
        "resume", Group.INPUT, "-r --resume",
        "resume a conversation: its title, the start of its id (at least 4 characters) or "
        "a path; without REF, choose from a list", metavar="[REF]", reach=Reach.USER,
    ),
    Option(
        "attach",
        "attach images, PDFs, text: files, directories, globs, web addresses; - is stdin; may "
        "be repeated",
        Group.INPUT, Kind.LIST, ("-a", "--attach", "-f", "--file"), "PATH|GLOB|URL|-",
    ),
    Option(
        "prompt_name", "send a prompt: prompts/NAME.md, filled with NAME=VALUE and other words",
        Group.INPUT, flags=("--prompt",), metavar="NAME",
    ),
    Option(
        "script", "run the lines of a file as if typed; stop at the first failure",
        Group.INPUT, flags=("--script",), metavar="FILE|-",
    ),
    setting(
        "keys", Group.INPUT, "--keys", "edit the prompt as in emacs or as in vi",
        kind=Kind.CHOICE, metavar="HOW", choices=("emacs", "vi"), default="emacs",
        reach=Reach.USER,
    ),
    setting(
        "enter", Group.INPUT, "--enter",
        "what Enter does at the prompt; newline: Alt-Enter or Ctrl-Enter sends",
        kind=Kind.CHOICE, metavar="WHAT", choices=("send", "newline"), default="send",
        reach=Reach.USER,
    ),
    setting(
        "menu", Group.INPUT, "--menu",
        "when the menu of commands, arguments and files opens: while you type, or at Tab",
        kind=Kind.CHOICE, metavar="WHEN", choices=("typing", "tab"), default="typing",
        reach=Reach.USER,
    ),
    setting(
        "shell", Group.INPUT, "--shell",
        "let !command at the prompt run in your shell and attach what it writes",
        kind=Kind.ON_OFF, default=True, reach=Reach.USER,
    ),
    setting(
        "allow_shell", Group.INPUT, "--allow-shell",
        "let a script, and what you type during an answer, run !command too",
        kind=Kind.ON_OFF, reach=Reach.USER,
    ),
    Option(
        "key_bindings",
        "ACTION = a key or a list of keys, for the actions of /help keys; [] takes the key "
        'away; mode = "vi" is the same as keys = "vi"',
        Group.INPUT, Kind.TABLE, default=(), key="[keys]",
    ),
    setting(
        "auto_title", Group.INPUT, "--auto-title",
        "ask a cheap model for a title after the second exchange, once",
        kind=Kind.ON_OFF, reach=Reach.USER,
    ),
    setting(
        "no_save", Group.INPUT, "--no-save", "write nothing to disk", kind=Kind.ON_OFF,
        reach=Reach.TIGHTER,
    ),
)  # fmt: skip
