"""Leaves out of a request what the server refuses: thinking, a parameter, tools.

Rule: each is left out once. That thinking is left out is remembered in the file, once the
server took the request without it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from streamchat.app.requesting import record_tools
from streamchat.app.session import Session
from streamchat.core.errors import INVALID_SIGNATURE, ApiError, InvalidRequest, NoPermission
from streamchat.core.messages import Message, Request, has_thinking
from streamchat.core.web import WEB_VERSIONS

_THINKING_REFUSED = (
    "The server refused the thinking of earlier turns. It is left out of this conversation"
    " from now on."
)


@dataclass(slots=True)
class RefusedParts:
    """The request of one exchange, without the parts that the server refused."""

    session: Session
    remarks: list[str] = field(default_factory=list)
    _without_thinking: bool = False
    _model: str = ""  # the one that was asked last
    told: bool = False  # whether it was sent a system turn

    def request(self, question: Message | None, model: str = "", end: str = "") -> Request:
        """See Session.request."""
        request = self.session.request(
            question,
            thinking=not self._without_thinking,
            model=model,
            end=end,
        )
        self.told = any(message.role == "system" for message in request.messages)
        self._model = request.model
        remark = f"{request.model} cannot use the web; it was asked without it."
        if self.session.web and not request.tools and remark not in self.remarks:
            self.remarks.append(remark)
        return request

    def can_send_less(self, error: ApiError) -> bool:
        """Leave out what the server refused; False if there is nothing to leave out."""
        return (
            self._drops_system_turns(error)
            or self._drops_thinking(error)
            or self._drops_tools(error)
            or self._drops_parameter(error)
        )

    def settle(self) -> None:
        """The server took the request."""
        if self._without_thinking and self.session.conversation.sends_thinking:
            self.session.record(self.session.conversation.leave_out_thinking())
            self.remarks.append(_THINKING_REFUSED)

    def _drops_system_turns(self, error: ApiError) -> bool:
        """Send the system prompt at the top alone, to this model from now on."""
        names_it = re.search(r"\brole\b|\bsystem message", error.message, re.IGNORECASE)
        if isinstance(error, NoPermission) or not (self.told and names_it):
            return False
        session = self.session
        session.refuses_system_turns |= {self._model}
        session.record(session.conversation.refuse_system_turns(self._model))
        record_tools(session)
        self.remarks.append(
            f"{self._model} accepts no new system prompt in mid-conversation here. It gets"
            " the newest one alone from now on, and earlier turns without their thinking."
        )
        return True

    def _drops_thinking(self, error: ApiError) -> bool:
        if error.kind != INVALID_SIGNATURE or self._without_thinking:
            return False
        self._without_thinking = any(map(has_thinking, self.session.request().messages))
        return self._without_thinking

    def _drops_tools(self, error: ApiError) -> bool:
        """Ask with older versions of the web tools, finally without them."""
        is_named = re.search(r"\b(tools?|web_(search|fetch)\w*)\b", error.message)
        if not isinstance(error, InvalidRequest) or self.session.web is None or not is_named:
            return False
        self.session.refused_versions += 1
        if self.session.refused_versions >= len(WEB_VERSIONS):
            self.session.web, self.session.refused_versions = None, 0
            self.remarks.append("The server offers no web search; it was asked without one.")
        record_tools(self.session)
        return True

    def _drops_parameter(self, error: ApiError) -> bool:
        """Stop sending a parameter of [request] that the server refused."""
        if not isinstance(error, InvalidRequest):
            return False
        if self.session.compares_requests and "diagnostics" in error.message:
            self.session.compares_requests = False
            return True
        extra = self.session.extra
        named = (name for name in extra if re.search(rf"\b{re.escape(name)}\b", error.message))
        refused = next(named, None)
        if refused is None:
            return False
        self.session.extra = {name: extra[name] for name in extra if name != refused}
        self.remarks.append(f"The server refused {refused}; the request was sent without it.")
        return True
