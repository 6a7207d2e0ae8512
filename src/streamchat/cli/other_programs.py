"""Options and commands of similar programs, for people who come from there: llm, aichat,
Claude Code."""

from __future__ import annotations

_TOOLS = (
    *("--add-dir", "--allowedTools", "--allowed-tools", "--disallowedTools", "--tools"),
    *("--dangerously-skip-permissions", "--max-turns", "--mcp-config", "--permission-mode"),
    *("--tool", "-T"),
)
_SAMPLING = "a [request] table in a profile of config.toml holds temperature and the like"
_STREAM = "--json prints the answer as a whole"

_FLAGS = {
    **dict.fromkeys(("-t", "--template"), "did you mean --prompt NAME or --role NAME?"),
    **dict.fromkeys(("-o", "--option", "--temperature", "--top-p", "--seed"), _SAMPLING),
    **dict.fromkeys(("-S", "--no-stream"), _STREAM),
    **dict.fromkeys(("--append-system-prompt", "--system-prompt"), "did you mean --system?"),
    **dict.fromkeys(("--cid", "--conversation", "--session"), "did you mean --resume?"),
    **dict.fromkeys(("--image", "--attachment", "--fragment"), "did you mean --attach?"),
    **dict.fromkeys(("-v", "--verbose", "--debug"), "did you mean --debug-log PATH?"),
    **dict.fromkeys(("-e", "--execute"), "in a chat, !command runs in your shell"),
    "--key": "export ANTHROPIC_API_KEY, or type /login in a chat",
    **dict.fromkeys(_TOOLS, "models run nothing on this machine, so there is nothing to allow"),
    "--code": "did you mean --extract?",
    "--list-roles": "did you mean --roles?",
    "--list-sessions": "did you mean --list?",
    "--max-budget-usd": "did you mean --max-cost?",
}
_WORDS = {
    **dict.fromkeys(("commands", "options", "usage"), "did you mean --help?"),
    **dict.fromkeys(("config", "settings"), "did you mean --show-config?"),
    **dict.fromkeys(("models", "models list"), "did you mean --list-models?"),
    **dict.fromkeys(("prompts", "templates", "templates list"), "did you mean --roles?"),
    **dict.fromkeys(("logs", "logs list", "history", "sessions"), "did you mean --list?"),
    **dict.fromkeys(("keys", "keys set", "auth", "login"), "/login in a chat takes a key."),
    "chat": "streamchat alone begins a chat.",
    "continue": "did you mean -c?",
}


def hint_for_flag(flag: str) -> str:
    """The equivalent here of another program's option; "" if there is none."""
    return _FLAGS.get(flag, "")


def hint_for_words(prompt: str) -> str:
    """The equivalent here of another program's command; "" if there is none."""
    return _WORDS.get(prompt, "")
