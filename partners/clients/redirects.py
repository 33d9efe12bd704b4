"""Where members may come back to: the addresses a client registers, each compared letter by letter."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, urlsplit

from domain.errors import InvalidValue

MOST = 10
LONGEST = 512

_PRINTABLE = re.compile(r"[!-~]+")
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
"""A scheme of one's own is a domain of one's own turned round (RFC 8252, section 7.1), so no script: or data:."""


def checked(addresses: Sequence[str], *, public: bool, sandbox: bool) -> list[str]:
    """The addresses as they are kept.

    Each is https. A public client's may be http on the user's own machine or have a scheme of the app's own (RFC 8252);
    in a sandbox every client's may be on the developer's machine.

    Raises: InvalidValue.
    """
    if len(addresses) > MOST:
        raise InvalidValue(f"A client has at most {MOST} redirect addresses.", path=("redirectUris",))
    if len(set(addresses)) != len(addresses):
        raise InvalidValue("Each redirect address stands once.", path=("redirectUris",))
    for place, address in enumerate(addresses):
        wrong = _wrong(address, public=public, loopback=public or sandbox)
        if wrong is not None:
            raise InvalidValue(wrong, path=("redirectUris", str(place)))
    return list(addresses)


def is_one_of(address: str, registered: Iterable[str]) -> bool:
    """Whether members may come back there: letter by letter what was registered.

    An app on the user's own machine listens on whatever port is free, so at a number of this machine (127.0.0.1, [::1])
    the port may be another (RFC 8252, section 7.3); at a name it may not.
    """
    known = tuple(registered)
    here = _without_port(address)
    return address in known or (here is not None and here in map(_without_port, known))


def hosts(addresses: Iterable[str]) -> list[str]:
    """Where they lead, in as few words as the audit trail needs."""
    return sorted({_origin(address) for address in addresses})


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def _wrong(address: str, *, public: bool, loopback: bool) -> str | None:
    if len(address) > LONGEST or not _PRINTABLE.fullmatch(address):
        return f"A redirect address has at most {LONGEST} characters of ASCII, without spaces."
    if set(address) & set("#*\\"):
        return "A redirect address is exact: it has no part behind #, no wildcard and no backslash."
    try:
        parts = urlsplit(address)
        _port = parts.port
    except ValueError:
        return "This is not an address."
    if "@" in parts.netloc:
        return "A redirect address names no user."
    if not _is_taken(parts, public=public, loopback=loopback):
        return "A redirect address begins with https:// and a host."
    return None


def _is_taken(parts: SplitResult, *, public: bool, loopback: bool) -> bool:
    match parts.scheme:
        case "https":
            return bool(parts.hostname)
        case "http":
            return loopback and _is_loopback(parts.hostname)
        case scheme:
            return public and bool(_PRIVATE_USE.fullmatch(scheme)) and bool(parts.path or parts.hostname)


def _without_port(address: str) -> SplitResult | None:
    """An address at a number of this machine, whatever its port; None for any other."""
    try:
        parts = urlsplit(address)
        if parts.scheme != "http" or "@" in parts.netloc or not ipaddress.ip_address(parts.hostname or "").is_loopback:
            return None
        _port = parts.port
    except ValueError:
        return None
    return parts._replace(netloc=parts.hostname or "")


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
