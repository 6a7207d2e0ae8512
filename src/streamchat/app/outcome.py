"""How a reply ended: its ending, and one line for the user.

Owns the interpretation of stop reasons and its wording. Every reply has exactly one of the
five endings; a complete reply may still have remarks.
"""

from __future__ import annotations

from dataclasses import dataclass

from streamchat.core.errors import ApiError, CutOff, NoPermission, OverBudget, StreamchatError
from streamchat.core.events import Finished
from streamchat.core.messages import JsonObject, Message
from streamchat.core.ports import Ending

_WHOLE = frozenset({"end_turn", "stop_sequence"})
_FILTERED, _BROKEN = "content_filter", "error"
# Stop reasons of servers that translate from other APIs, in lower case, by their meaning.
_TRANSLATED = {
    "end_turn": ("stop", "eos", "eos_token", "completed", "complete", "done"),
    "max_tokens": ("length", "max_length", "max_output_tokens", "model_length"),
    "tool_use": ("tool_calls", "function_call"),
    _BROKEN: (
        *("failed", "network_error", "timeout", "abort", "aborted", "cancelled", "canceled"),
        *("insufficient_system_resource", "malformed_function_call"),
    ),
    _FILTERED: (
        *("content_filtered", "safety", "recitation", "prohibited_content"),
        *("blocklist", "guardrail_intervened", "sensitive"),
    ),
}
_MEANINGS = {
    word: meaning for meaning, words in _TRANSLATED.items() for word in (meaning, *words)
}
_CUT_OFF_REASONS = {
    "max_tokens": "The answer reached the token limit (raise it with --max-tokens).",
    "model_context_window_exceeded": "The conversation fills the model's context window.",
    "pause_turn": "The model paused its turn too often and was not asked to continue.",
    _BROKEN: "The server stopped the answer because of an error; it may be incomplete.",
    None: "The reply ended without a stop reason; it may be incomplete.",
}


@dataclass(frozen=True, slots=True)
class Result:
    """How a reply ended. `message` is what was kept (None when nothing arrived), `reason`
    the line to show for an incomplete reply; `remarks` are shown for every ending."""

    ending: Ending
    message: Message | None
    seconds: float
    reason: str = ""
    error: StreamchatError | None = None
    received: Message | None = None  # with its counts, even if nothing was kept
    remarks: tuple[str, ...] = ()


def ended_by(fault: BaseException, message: Message | None, seconds: float) -> Result:
    """The result of a reply that an error ended."""
    match fault:
        case CutOff():
            arrived = " What arrived is kept." if message else ""
            said = f"{fault.message}{arrived if fault.kind == 'malformed_reply' else ''}"
            return Result(Ending.CUT_OFF, message, seconds, said, fault)
        case OverBudget() if message is not None:
            return Result(Ending.CUT_OFF, message, seconds, fault.message, fault)
        case StreamchatError():
            return Result(Ending.FAILED, message, seconds, fault.message, fault)
        case _:
            return Result(Ending.FAILED, message, seconds, "Internal error in streamchat.")


def interrupted(error: ApiError | None, message: Message | None, seconds: float) -> Result:
    """The result of a reply that the user stopped; `error` is why the request was about
    to be repeated, if it was."""
    waited = f" while waiting to try again: {error.message}" if error else "."
    return Result(Ending.INTERRUPTED, message, seconds, f"Interrupted{waited}", error)


def ended_itself(end: Finished | None, kept: Message | None, seconds: float) -> Result:
    """The result of a reply that ended by itself, judged by its stop reason."""
    stop_reason = _meaning(end.message.stop_reason if end else None)
    if stop_reason == "refusal":
        words = _format_refusal((end.stop_details if end else None) or {})
        return Result(Ending.REFUSED, kept, seconds, words)
    if stop_reason == _FILTERED:
        return Result(Ending.REFUSED, kept, seconds, "A content filter stopped the answer.")
    if stop_reason in _CUT_OFF_REASONS:
        return Result(Ending.CUT_OFF, kept, seconds, _CUT_OFF_REASONS[stop_reason])
    if kept is None:
        empty = CutOff("The answer was empty.", kind="empty_answer")
        return Result(Ending.CUT_OFF, None, seconds, empty.message, empty)
    remarks = tuple(filter(None, [*(end.remarks if end else ()), _remark(stop_reason, kept)]))
    return Result(Ending.COMPLETE, kept, seconds, remarks=remarks)


def _meaning(stop_reason: str | None) -> str | None:
    return _MEANINGS.get((stop_reason or "").lower(), stop_reason)


def _remark(stop_reason: str | None, kept: Message | None) -> str:
    blocks = kept.content if kept else ()
    names = [str(b.get("name")) for b in blocks if b.get("type") == "tool_use"]
    if stop_reason == "tool_use" or (names and stop_reason in _WHOLE):
        tool = f" ({_shortened(', '.join(names))})" if names else ""
        return f"The model asked for a tool{tool}, which streamchat does not offer."
    if stop_reason in _WHOLE:
        is_silent = kept is not None and not kept.text.strip()
        return "The answer has no text." if is_silent else ""
    said = _shortened(str(stop_reason))
    return f"The answer ended with a stop reason unknown to streamchat: {said}."


def _shortened(text: str, most: int = 80) -> str:
    """A server's text, shortened for one line."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _format_refusal(details: JsonObject) -> str:
    category, explanation = details.get("category"), details.get("explanation")
    about = f" ({_shortened(str(category))})" if category else ""
    why = f": {_shortened(str(explanation), 600)}" if explanation else "."
    return f"The model declined to answer{about}{why}"


def offer(result: Result) -> str:
    """A sentence about the command that helps after this ending; "" if none does."""
    if result.ending is Ending.REFUSED:
        return " /retry MODEL asks another model."
    if isinstance(result.error, NoPermission) and result.error.http_status == 401:
        return " /login sets another key."
    if isinstance(result.error, OverBudget):
        return " /budget changes the cap."
    if result.message is not None and result.ending in (Ending.CUT_OFF, Ending.FAILED):
        return " /continue asks for the rest, /retry asks again."
    return ""
