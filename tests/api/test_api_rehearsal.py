"""The reply that is played before the first real one."""

from streamchat.api.rehearsal import rehearse


def test_the_rehearsed_reply_is_whole_and_asks_nobody() -> None:
    rehearse()  # raises when the reply is not whole; a request would raise too: no server
