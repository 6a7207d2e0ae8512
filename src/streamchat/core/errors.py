"""The tree of errors, and the exit status of each branch.

Every failure that a user can meet is one of these. The edge where it occurs translates it,
once. A message is one clear line: what is wrong and what to do. Any other exception that
reaches the top is a bug and keeps its traceback.
"""

from __future__ import annotations

from enum import IntEnum

# The application acts on these kinds; the others are only shown.
INVALID_SIGNATURE = "invalid_thinking_signature"  # send again once, without thinking
NO_CREDENTIALS = "no_credentials"


class ExitStatus(IntEnum):
    """Exit statuses, as in sysexits.h; signal N exits with 128 + N."""

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
    """A failure that is not a bug; `str(error)` is the line to show.

    `kind` is the stable name in JSON error objects. `retryable` means that the same request
    may succeed later.
    """

    status = ExitStatus.FAILURE
    kind = "failure"
    retryable = False
    partial = ""  # what arrived of an answer that must be whole (--schema)

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UsageError(StreamchatError):
    """Incorrect use of the command line or of a slash command."""

    status = ExitStatus.USAGE
    kind = "usage"


class NotFound(StreamchatError):
    """No such conversation or file."""

    status = ExitStatus.NOT_FOUND
    kind = "not_found"


class Ambiguous(NotFound):
    """One name matches several conversations; `matches` lists them."""

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
    """Another process has the conversation open. It can still be read and copied; `advice`
    is the line to show when the user cannot be asked."""

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
    """A disk operation failed: full, read-only, no permission, damaged."""

    status = ExitStatus.DISK
    kind = "disk"


class ConfigError(StreamchatError):
    """A settings file, an environment variable or a combination of settings is invalid."""

    status = ExitStatus.CONFIG
    kind = "config"


class OverBudget(StreamchatError):
    """A turn was not sent, or was stopped, because of the cost cap."""

    kind = "over_budget"


class ApiError(StreamchatError):
    """The request failed; the fields hold what the server said.

    `kind` is the API's own error type if the server named one (`overloaded_error`,
    `rate_limit_error`, …).
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
    """The server rejected the request as invalid (400, 404 for a model, 413, 422)."""

    status = ExitStatus.INVALID_REQUEST
    kind = "invalid_request_error"


class Unreachable(ApiError):
    """No server answered: connection refused, DNS, TLS, proxy, timeout before the headers."""

    status = ExitStatus.UNREACHABLE
    kind = "connection_error"


class TryLater(ApiError):
    """The server is busy or limits the request rate (408, 409, 429, 5xx, 529)."""

    status = ExitStatus.TRY_LATER
    kind = "overloaded_error"


class CutOff(ApiError):
    """The reply was cut off, stalled, or was not a reply at all."""

    status = ExitStatus.CUT_OFF
    kind = "cut_off"


class Unconfigured(ApiError):
    """The client cannot be built: a region, a project or a library is missing."""

    status = ExitStatus.CONFIG
    kind = "configuration"


class NoPermission(ApiError):
    """No key, an invalid key, or a key without permission (401, 402, 403)."""

    status = ExitStatus.NO_PERMISSION
    kind = "authentication_error"
