"""Builds the request for a session, and records what a reply is made with.

When the system prompt changes in mid-conversation, a system turn tells the model, if the model
takes one. The turns before it stay in the prompt cache, and their thinking stays valid. Other
models get the new prompt at the top of the request.

Must not know the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamchat.core.capabilities import if_taken
from streamchat.core.citations import cite_documents
from streamchat.core.conversation import SystemPrompt
from streamchat.core.messages import Message, Request, system_message
from streamchat.core.web import describe_tools

if TYPE_CHECKING:
    from streamchat.app.session import Session


def build_request(
    session: Session,
    question: Message | None,
    *,
    thinking: bool,
    model: str,
    end: str | None,
) -> Request:
    """See Session.request."""
    conversation = session.conversation
    prompt = read_prompt(session, model, end=end)
    then = [question] if question else []
    if prompt.news:
        then.append(tell(session, prompt.news, end))
    messages = conversation.request_messages(
        prompt,
        thinking=thinking and not model and conversation.sends_thinking,
        server=session.server,
        end=end,
        then=then,
    )
    facts = session.facts(model) if model else None
    return Request(
        model=model or conversation.model,
        messages=cite_documents(messages) if conversation.cites else messages,
        max_tokens=session.max_tokens,
        system=prompt.top,
        effort=if_taken(session.effort, facts.takes_effort if facts else None),
        thinking=if_taken(session.thinking, facts.takes_thinking if facts else None),
        cache=session.cache,
        cache_ttl=session.choose_ttl(),
        tools=session.tools(model),
        schema=session.shape.schema if session.shape else None,
        stop=session.stop,
        extra=session.extra,
        compared_with=None if model else _compared_with(session),
    )


def _compared_with(session: Session) -> str | None:
    """The reply whose request the server compares with the next one; see Request."""
    if not (session.compares_requests and session.cache):
        return None
    reply = session.conversation.last_reply
    return (reply.message.message_id if reply else "") or ""


def read_prompt(session: Session, model: str = "", *, end: str | None = None) -> SystemPrompt:
    """The system prompt for `model` or the conversation's own. Another model gets system
    turns only where the own one does, because the tree holds them for both."""
    conversation = session.conversation
    asked = {conversation.model, model or conversation.model}
    refused = conversation.refuses_system_turns | session.refuses_system_turns
    takes = not asked & refused and all(session.facts(m).takes_system_turns for m in asked)
    return conversation.prompt(takes_turns=takes, end=end)


def tell(session: Session, news: str, end: str | None = None) -> Message:
    """The message of a system turn after the turn `end`, or after the head."""
    return system_message(news, replaces=session.conversation.is_told_another(end))


def tell_system(session: Session, after: str = "") -> str:
    """Record the system turn that is due after the head, or after the turn `after`, so that
    the head stays. Returns the turn that a reply follows."""
    prompt = read_prompt(session, end=after or None)
    if not prompt.news:
        return after
    told = session.add(tell(session, prompt.news, after or None), after=after)
    return told.id if after else ""


def record_tools(session: Session) -> None:
    """Record the tools and the citations before the turn that is made with them."""
    conversation = session.conversation
    tools = describe_tools(session.tools())
    if tools != conversation.tools:
        session.record(conversation.use_tools(tools))
    cites = session.citations and session.shape is None  # the API takes no schema with them
    if cites != conversation.cites:
        session.record(conversation.use_citations(cites))
