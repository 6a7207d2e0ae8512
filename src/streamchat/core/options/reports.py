"""Options: what is printed instead of an answer."""

from __future__ import annotations

from streamchat.core.options.rows import report

EXPORT_FORMATS = {
    "md": "Markdown",
    "html": "an HTML page",
    "json": "a list of messages, as JSON",
}

REPORTS = (
    report(
        "list",
        "--list",
        "list the saved conversations, newest first; all of them, or those that match words "
        "and filters (model:NAME after:DAY before:DAY has:code dir:PART)",
        "[FILTER]",
    ),
    report(
        "search",
        "--search",
        "find the turns that contain all words of TEXT; the filters of --list work too",
        "TEXT",
    ),
    report("show", "--show", "print a conversation", "REF"),
    report(
        "export",
        "--export",
        "print a conversation, or write it to the PATH that follows",
        f"{'|'.join(EXPORT_FORMATS)} REF",
    ),
    report(
        "force",
        "--force",
        "let --export overwrite the file at PATH, and attach many files without asking",
    ),
    report(
        "import",
        "--import",
        "import conversations from an export of claude.ai or ChatGPT, a session of Claude "
        "Code or aichat, the logs.db of llm, or a list of messages; with a NAME after PATH, "
        "only that conversation",
        "PATH",
    ),
    report("costs", "--costs", "print the costs by day, month or model", "[day|month|model]"),
    report("roles", "--roles", "list the roles and the prompts that you can use here"),
    report("list_models", "--list-models", "list the models of the server"),
    report("paths", "--paths", "list every file and directory of streamchat, with its size"),
    report("show_config", "--show-config", "print every setting and where it comes from"),
    report(
        "completion", "--completion", "print a completion script for a shell", "bash|zsh|fish"
    ),
    report("man", "--man", "print the manual page, to pipe into man -l -"),
    report("version", "--version", "print the version"),
    report("help", "-h --help", "print this text"),
)
