"""Who is asking, as every floor above understands it, and how a request proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.datastructures import Headers

from domain import storage
from domain.ids import ClientId, MemberId, OutletId, PartnerId, PersonId, WalletId
from domain.members.recognition import KnownMember
from domain.storage import Sight
from partners.errors import Unauthenticated
from partners.issuer import Issuer
from partners.oauth import access_tokens
from partners.oauth.access_tokens import AccessToken
from partners.oauth.jose import TokenInvalid
from partners.scopes import Scope
from partners.sign_in import cookies, sessions
from partners.sign_in.sessions import SessionFacts

if TYPE_CHECKING:
    from partners.standing import Standing
    from partners.state import AccessState

FRESH = timedelta(minutes=5)
"""How long a sign-in is good for an approval."""

SESSION_REREAD_AFTER_SECONDS = 2.0
"""How long a session is believed without asking the database."""


class Audience(StrEnum):
    """On whose behalf a request comes."""

    PARTNER = "PARTNER"
    """A partner's client or one of its people."""
    COALITION = "COALITION"
    """The coalition's own client or one of its people."""
    MEMBER = "MEMBER"
    """A member, for what is theirs."""
    NOBODY = "NOBODY"
    """Nothing was claimed: public fields only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is asking and what they may do; never taken from the request's own words, only from a proven credential."""

    audience: Audience
    scopes: frozenset[Scope] = frozenset()
    partner_id: PartnerId | None = None
    client_id: ClientId | None = None
    outlet_id: OutletId | None = None
    """The one shop a till is bound to."""
    person_id: PersonId | None = None
    member_id: MemberId | None = None
    wallet_id: WalletId | None = None
    on_behalf_of: KnownMember | None = None
    """The member by whose grant a partner's client asks: this one and no other."""
    fresh_at: datetime | None = None
    """When a person or member last signed in; None for a client."""
    expires_at: datetime | None = None
    """When the token or session ends, and with it a subscription."""
    sandbox: bool = False

    @property
    def sight(self) -> Sight:
        """Whose rows the viewer's transactions see."""
        match self.audience:
            case Audience.COALITION:
                return storage.COALITION
            case Audience.PARTNER:
                return Sight.partner(_known(self.partner_id))
            case Audience.MEMBER:
                return Sight.member(_known(self.member_id))
            case Audience.NOBODY:
                return storage.NOBODY

    def may(self, scope: Scope) -> bool:
        """Whether the viewer holds a scope."""
        return scope in self.scopes

    def is_fresh(self, now: datetime) -> bool:
        """Whether a person signed in within the last five minutes, as approvals ask; `now` is the real time."""
        return self.person_id is not None and self.fresh_at is not None and now - self.fresh_at <= FRESH


NOBODY = Viewer(audience=Audience.NOBODY)


async def viewer_of(headers: Headers, state: AccessState) -> Viewer:
    """Who sends these headers: by a bearer token, or by a session's cookie with the page's token, never by both.

    Without either the viewer is NOBODY, for whom the public fields are. A cookie alone counts for nothing: browsers
    send it unasked.

    Raises: Unauthenticated, for a claim that is not proven.
    """
    authorizations = headers.getlist("authorization")
    proof = headers.get(cookies.PAGE_TOKEN_HEADER)
    if len(authorizations) + (proof is not None) > 1:
        raise _contradiction(state.issuer)
    if proof is not None:
        return await browser_viewer(headers, proof, state)
    if not authorizations:
        return NOBODY
    scheme, _, token = authorizations[0].partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(challenge(state.issuer), reason="another scheme")
    return await bearer_viewer(token.strip(), state)


async def bearer_viewer(presented: str, state: AccessState) -> Viewer:
    """Whose access token this is; cheap for one that was seen before.

    Raises: Unauthenticated.
    """
    standing = await state.watch.standing()
    digest = access_tokens.digest(presented)
    known = state.tokens.get(digest)
    now = state.clock()
    if known is None:
        try:
            token = access_tokens.read(presented, issuer=state.issuer, keys=standing.keys, now=now)
        except TokenInvalid as invalid:
            raise _invalid(state.issuer, str(invalid)) from None
        known = token, _viewer_of_token(token)
        state.tokens.put(digest, known)
    token, viewer = known
    if token.expires_at <= now:
        state.tokens.forget(digest)
        raise _invalid(state.issuer, "expired")
    if not _stands(token, standing):
        raise _invalid(state.issuer, "revoked")
    return viewer


async def browser_viewer(headers: Headers, proof: str, state: AccessState) -> Viewer:
    """Whose browser session this is: the cookie, the page's token and a page of ours, all three.

    Raises: Unauthenticated.
    """
    secret = cookies.secret_in(headers.get("cookie", ""), state.issuer)
    if secret is None or not cookies.is_own_page(headers, state.origins):
        raise _invalid(state.issuer, "no cookie, or not from a page of ours")
    session_hash = sessions.hashed(secret)
    if not cookies.is_page_token(proof, state.keys.browser, session_hash):
        raise _invalid(state.issuer, "another page's token")
    viewer = await session_viewer(secret, state)
    if viewer is NOBODY:
        raise _invalid(state.issuer, "the session has ended")
    return viewer


async def session_viewer(secret: str, state: AccessState) -> Viewer:
    """Whom a cookie stands for, NOBODY once its session has ended; the caller has checked where it comes from."""
    facts = await session_facts(secret, state)
    return NOBODY if facts is None else await _viewer_of_session(facts, state)


async def session_facts(secret: str, state: AccessState) -> SessionFacts | None:
    """What is known of a session, read again every two seconds."""
    digest = sessions.hashed(secret)
    known = state.sessions.get(digest)
    now = state.clock()
    if known is None or state.ticks() - known[1] > SESSION_REREAD_AFTER_SECONDS:
        at = state.ticks()
        async with state.transaction() as session:
            facts = await sessions.seen(session, digest, now=now)
        if facts is None:
            state.sessions.forget(digest)
            return None
        known = facts, at
        state.sessions.put(digest, known)
    return known[0] if known[0].expires_at > now else None


def challenge(issuer: Issuer, error: str | None = None, description: str | None = None) -> str:
    """The value of WWW-Authenticate: what to show, and where to find out how to get it (RFC 6750, RFC 9728)."""
    parts = [f'realm="{issuer.url}"', f'resource_metadata="{issuer.resource_metadata}"']
    if error is not None:
        parts += [f'error="{error}"', f'error_description="{description}"']
    return "Bearer " + ", ".join(parts)


def _invalid(issuer: Issuer, reason: str) -> Unauthenticated:
    told = "The token is malformed, expired or revoked."
    return Unauthenticated(challenge(issuer, "invalid_token", told), reason=reason)


def _contradiction(issuer: Issuer) -> Unauthenticated:
    told = "Send one credential: a bearer token or a browser session, once."
    return Unauthenticated(challenge(issuer, "invalid_request", told), status=400, reason="several credentials")


def _stands(token: AccessToken, standing: Standing) -> bool:
    return (
        token.kid in standing.keys.readable
        and token.token_id not in standing.revoked
        and token.grant_id not in standing.revoked
        and token.partner_id not in standing.closed_partners
    )


def _viewer_of_token(token: AccessToken) -> Viewer:
    return Viewer(
        audience=Audience.PARTNER if token.partner_id else Audience.COALITION,
        scopes=token.scopes,
        partner_id=token.partner_id,
        client_id=token.client_id,
        outlet_id=token.outlet_id,
        expires_at=token.expires_at,
        sandbox=token.sandbox,
    )


async def _viewer_of_session(facts: SessionFacts, state: AccessState) -> Viewer:
    if facts.subject.member_id is not None:
        audience = Audience.MEMBER
    else:
        audience = Audience.PARTNER if facts.partner_id else Audience.COALITION
    return Viewer(
        audience=audience,
        scopes=facts.scopes,
        partner_id=facts.partner_id,
        person_id=facts.subject.person_id,
        member_id=facts.subject.member_id,
        wallet_id=facts.wallet_id,
        fresh_at=facts.fresh_at,
        expires_at=facts.expires_at,
        sandbox=(await state.watch.standing()).sandbox,
    )


def _known(whose: UUID | None) -> UUID:
    assert whose is not None, "a partner's or member's viewer names the partner or member"
    return whose
