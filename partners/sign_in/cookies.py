"""What a browser must show beside its cookie: the token of its page, and that the page is ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie

from partners.issuer import Issuer
from partners.sign_in.sessions import hashed

PAGE_TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - the name of a header
LONGEST_COOKIE_HEADER = 8192

MOST_SEATS = 12
"""How many tills of one browser are looked at."""


def cookie_name(issuer: Issuer) -> str:
    """`__Host-` binds a cookie to this host over https; plain http on one's own machine cannot have it."""
    return "__Host-hansa" if issuer.secure else "hansa"


def browser_cookie_name(issuer: Issuer) -> str:
    """The cookie of a browser that is not signed in yet: forms and mailed codes are bound to it."""
    return f"{cookie_name(issuer)}-browser"


def seat_prefix(issuer: Issuer) -> str:
    """How the names of the cookies of tills begin; the partner's short name follows."""
    return f"{cookie_name(issuer)}-till-"


def language_cookie_name(issuer: Issuer) -> str:
    """The cookie that remembers which language was chosen."""
    return f"{cookie_name(issuer)}-language"


def set_cookie(issuer: Issuer, secret: str, *, lasts: timedelta, name: str | None = None) -> str:
    """The Set-Cookie header of a session, or of another of our cookies; with no time to last, it takes it away.

    Lax, so that a storefront's link to our consent page finds the member signed in. A cookie alone changes nothing:
    whatever changes something asks for a page's token and for a page of ours as well.
    """
    secure = "; Secure" if issuer.secure else ""
    age = int(lasts.total_seconds())
    return f"{name or cookie_name(issuer)}={secret}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"


def secret_in(cookies: str, issuer: Issuer, *, name: str | None = None) -> str | None:
    """The session's secret in a Cookie header, or the value of another of our cookies."""
    return _sent(cookies).get(name or cookie_name(issuer))


def _sent(cookies: str) -> dict[str, str]:
    """The cookies of a header; none of one that is malformed or too long."""
    if len(cookies) > LONGEST_COOKIE_HEADER:
        return {}
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(cookies).items()}
    except CookieError:
        return {}


def session_of_page(cookies: str, issuer: Issuer, key: bytes, presented: str) -> tuple[str, str] | None:
    """The cookie whose page sends this token, and the secret in it: the browser's own, or that of one of its tills.

    Every one is compared, so that the time it takes tells nothing of which it was.
    """
    own, seats = cookie_name(issuer), seat_prefix(issuer)
    sent = _sent(cookies)
    at_tills = sorted(name for name in sent if name.startswith(seats))[:MOST_SEATS]
    found = None
    for name in (own, *at_tills):
        secret = sent.get(name)
        if secret is not None and is_page_token(presented, key, hashed(secret)):
            found = name, secret
    return found


def page_token(key: bytes, session_hash: bytes) -> str:
    """What the pages of a session send in X-CSRF-Token; other sites cannot read it, nor send the header."""
    proof = hmac.new(key, session_hash, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(proof).rstrip(b"=").decode()


def is_page_token(presented: str, key: bytes, session_hash: bytes) -> bool:
    """Whether a page's token is that of its session."""
    return hmac.compare_digest(presented.encode("utf-8", "surrogatepass"), page_token(key, session_hash).encode())


def is_own_page(headers: Mapping[str, str], origins: frozenset[str]) -> bool:
    """Whether a request comes from a page of ours: with a POST, browsers always say whose page it is.

    With a GET within one site they say only that, in a header that no script can set.
    """
    origin, fetched = headers.get("origin"), headers.get("sec-fetch-site")
    return fetched == "same-origin" if origin is None else origin in origins and fetched in {None, "same-origin"}
