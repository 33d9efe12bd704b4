"""Which pages' scripts may call the API."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit


def is_allowed(headers: Mapping[str, str], origins: frozenset[str]) -> bool:
    """Whether a request may come in: from no page at all, from one of our own, or from one that was named.

    Browsers always say from which page a request comes; programs need not, and carry nobody's cookies.
    """
    origin = headers.get("origin")
    return origin is None or origin in origins or _is_own(origin, headers.get("host", ""))


def _is_own(origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and parts.netloc.lower() == host.lower()
