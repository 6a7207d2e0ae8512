"""What can go wrong, as one tree, and the exit status of each branch.

Every failure a user can meet is raised as one of these, translated once at the edge
that met it. A message is one clear line: what is wrong and what to do. Anything else
that reaches the top is a bug and keeps its traceback.
"""

from __future__ import annotations

from enum import IntEnum

# Kinds that the application acts upon; the others are only shown.
INVALID_SIGNATURE = "invalid_thinking_signature"  # strip the thinking and send again, once
NO_CREDENTIALS = "no_credentials"


class ExitStatus(IntEnum):
    """Exit statuses, after sysexits.h; a signal N exits with 128 + N."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    INVALID_REQUEST = 65
    NOT_FOUND = 66
    UNREACHABLE = 69
    DISK = 74
    TRY_LATER = 75
    CUT_OFF = 76
    NO_PERMISSION = 77
    CONFIG = 78
    HANGUP = 129
    INTERRUPTED = 130
    PIPE = 141
    TERMINATED = 143


class StreamchatError(Exception):
    """A failure that is not a bug: `str(error)` is the line to show.

    `kind` is the stable machine name in JSON error objects; `retryable` says whether
    the same request may succeed later without any change.
    """

    status = ExitStatus.FAILURE
    kind = "failure"
    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UsageError(StreamchatError):
    """The command line, or a slash command, was used wrongly."""

    status = ExitStatus.USAGE
    kind = "usage"


class NotFound(StreamchatError):
    """No such conversation or file."""

    status = ExitStatus.NOT_FOUND
    kind = "not_found"


class Ambiguous(NotFound):
    """Several conversations answer to one name; `matches` names each."""

    kind = "ambiguous"

    def __init__(self, message: str, matches: tuple[str, ...]) -> None:
        super().__init__(message)
        self.matches = matches


class TerminalClosed(StreamchatError):
    """The terminal went away while it was being read: its window was closed, or the
    connection to it."""

    status = ExitStatus.HANGUP
    kind = "terminal_closed"

    def __init__(self) -> None:
        super().__init__("The terminal was closed.")


class Busy(StreamchatError):
    """Another process has the conversation open. It can be read, and copied; `advice` is
    the line to show where nobody can be asked which."""

    status = ExitStatus.TRY_LATER
    kind = "busy"
    retryable = True

    def __init__(
        self,
        message: str,
        path: str,
        *,
        pid: int | None,
        since: str | None,
        advice: str = "",
    ) -> None:
        super().__init__(message)
        self.advice = advice
        self.path = path
        self.pid = pid
        self.since = since


class DiskError(StreamchatError):
    """The disk refused: full, read-only, no permission, damaged."""

    status = ExitStatus.DISK
    kind = "disk"


class ConfigError(StreamchatError):
    """A settings file, an environment variable or their combination is unusable."""

    status = ExitStatus.CONFIG
    kind = "config"


class OverBudget(StreamchatError):
    """A turn was not sent, or stopped, because it would pass the cap of costs."""

    kind = "over_budget"


class ApiError(StreamchatError):
    """The request failed; the fields are what the server told.

    `kind` is the API's own error type when the server named one
    (`overloaded_error`, `rate_limit_error`, …).
    """

    kind = "api_error"

    def __init__(
        self,
        message: str,
        *,
        kind: str | None = None,
        http_status: int | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind or type(self).kind
        self.http_status = http_status
        self.request_id = request_id
        self.retryable = retryable
        self.retry_after_s = retry_after_s


class InvalidRequest(ApiError):
    """The server refused the request as invalid (400, 404 of a model, 413, 422)."""

    status = ExitStatus.INVALID_REQUEST
    kind = "invalid_request_error"


class Unreachable(ApiError):
    """No server answered: refused, DNS, TLS, proxy, time-out before the headers."""

    status = ExitStatus.UNREACHABLE
    kind = "connection_error"


class TryLater(ApiError):
    """The server is busy or limits the rate (408, 409, 429, 5xx, 529)."""

    status = ExitStatus.TRY_LATER
    kind = "overloaded_error"


class CutOff(ApiError):
    """The reply ended before its end, stalled, or was no reply at all."""

    status = ExitStatus.CUT_OFF
    kind = "cut_off"


class Unconfigured(ApiError):
    """No client can be made: a region, a project or a library is missing."""

    status = ExitStatus.CONFIG
    kind = "configuration"


class NoPermission(ApiError):
    """No key, a bad key, or a key without the permission (401, 402, 403)."""

    status = ExitStatus.NO_PERMISSION
    kind = "authentication_error"
