"""Who vouches for a server: the system's authorities, or those that the environment names.

Rule: the error for an unusable setting is one line that names its variable.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import httpx2

from streamchat.api.wording import clean_line, sentence
from streamchat.core.errors import ApiError, Unconfigured
from streamchat.core.settings import Certificates
from streamchat.core.settings.certificates import Authorities
from streamchat.posix.files import open_regular


def build_ssl_context(certificates: Certificates) -> ssl.SSLContext:
    """The context that trusts the system's authorities, or those that were named."""
    context = (
        bare_context() if certificates.replacing else httpx2.create_ssl_context(trust_env=False)
    )
    for authorities in (*certificates.replacing, *certificates.added):
        _load(context, authorities)
    return context


def bare_context() -> ssl.SSLContext:
    """The context that trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _load(context: ssl.SSLContext, authorities: Authorities) -> None:
    for path in map(Path, authorities.path.split(os.pathsep)):
        named = f"{authorities.variable} names {clean_line(str(path))}, which"
        try:
            if path.is_dir():
                context.load_verify_locations(capath=path)
            else:
                os.close(open_regular(path, os.O_RDONLY))  # OpenSSL waits for a pipe
                context.load_verify_locations(cafile=path)
        except FileNotFoundError:
            raise unusable(f"{named} is not there.") from None
        except ssl.SSLError:
            raise unusable(f"{named} holds no certificates (PEM).") from None
        except OSError as error:
            why = clean_line(error.strerror or str(error))
            raise unusable(f"{named} cannot be read: {sentence(why)}") from None


def unusable(line: str) -> ApiError:
    """What to raise for a setting of the connection; the line names it."""
    return Unconfigured(line, kind="configuration")
