"""The certificate authorities that the environment names.

SSL_CERT_FILE and SSL_CERT_DIR take the place of the system's authorities, as OpenSSL has it;
where neither is set, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE does. NODE_EXTRA_CA_CERTS is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_REPLACING = (("SSL_CERT_FILE", "SSL_CERT_DIR"), ("REQUESTS_CA_BUNDLE",), ("CURL_CA_BUNDLE",))
_ADDING = "NODE_EXTRA_CA_CERTS"


@dataclass(frozen=True, slots=True)
class Authorities:
    """A file of certificates, or directories of them, and the variable that names it."""

    variable: str
    path: str


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the authorities come from: the system, unless others take their place."""

    replacing: tuple[Authorities, ...] = ()
    added: tuple[Authorities, ...] = ()


def read_certificates(environ: Mapping[str, str]) -> Certificates:
    """What the environment says."""
    found = (tuple(_named(environ, names)) for names in _REPLACING)
    replacing = next(filter(None, found), ())
    return Certificates(replacing, tuple(_named(environ, (_ADDING,))))


def _named(environ: Mapping[str, str], names: tuple[str, ...]) -> Iterator[Authorities]:
    for name in names:
        if path := environ.get(name, "").strip():
            yield Authorities(name, path)
