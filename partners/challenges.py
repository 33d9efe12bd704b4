"""What a request without a proven identity is told: how to prove one, and where to find out (RFC 6750, 9449, 9728)."""

from __future__ import annotations

from partners.errors import Unauthenticated
from partners.issuer import Issuer
from partners.oauth.dpop import ALGORITHMS

INVALID = "The token is malformed, expired or revoked."


def challenge(
    issuer: Issuer, error: str | None = None, description: str | None = None, *, scheme: str = "Bearer"
) -> str:
    """The value of WWW-Authenticate: both ways to present a token, what is wrong told with the one that was tried."""
    tried = [f'realm="{issuer.url}"', f'resource_metadata="{issuer.resource_metadata}"']
    if error is not None:
        tried += [f'error="{error}"', f'error_description="{description}"']
    algorithms = f'algs="{" ".join(ALGORITHMS)}"'
    if scheme == "DPoP":
        return f'DPoP {", ".join([*tried, algorithms])}, Bearer realm="{issuer.url}"'
    return f"Bearer {', '.join(tried)}, DPoP {algorithms}"


def invalid_token(issuer: Issuer, reason: str, *, scheme: str = "Bearer") -> Unauthenticated:
    """A token that counts for nothing; the reason is for our log."""
    return Unauthenticated(challenge(issuer, "invalid_token", INVALID, scheme=scheme), reason=reason)


def invalid_proof(issuer: Issuer, reason: str) -> Unauthenticated:
    """A proof that proves nothing, and why."""
    return Unauthenticated(challenge(issuer, "invalid_dpop_proof", reason, scheme="DPoP"), reason=reason)


def contradiction(issuer: Issuer) -> Unauthenticated:
    """Several credentials in one request."""
    told = "Send one credential: an access token or a browser session, once."
    return Unauthenticated(challenge(issuer, "invalid_request", told), status=400, reason="several credentials")
