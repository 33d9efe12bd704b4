"""Who is asking, as every floor above understands it, and how a request proves it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.datastructures import Headers

from domain import storage
from domain.ids import ClientId, MemberId, OutletId, PartnerId, PersonId, WalletId
from domain.members.recognition import KnownMember
from domain.storage import Sight
from partners.challenges import challenge, contradiction, invalid_proof, invalid_token
from partners.errors import Unauthenticated
from partners.oauth import access_tokens, dpop, grants
from partners.oauth.access_tokens import AccessToken
from partners.oauth.dpop import ProofInvalid
from partners.oauth.jose import TokenInvalid
from partners.scopes import Scope
from partners.sign_in import cookies, sessions
from partners.sign_in.sessions import SessionFacts

if TYPE_CHECKING:
    from partners.standing import Standing
    from partners.state import AccessState

SCHEMES = {"bearer": "Bearer", "dpop": "DPoP"}

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

    @property
    def actor(self) -> str | None:
        """Who acts, as the audit trail writes it; None for nobody in particular."""
        partner = self.partner_id or ""
        if self.person_id is not None:
            return f"PERSON:{self.person_id}:{partner}"
        return f"CLIENT:{self.client_id}:{partner}" if self.client_id is not None else None

    def may(self, scope: Scope) -> bool:
        """Whether the viewer holds a scope."""
        return scope in self.scopes

    def still_is(self, before: Viewer) -> bool:
        """Whether it may still do all that it might before, for the same."""
        same = self.audience is before.audience and self.on_behalf_of == before.on_behalf_of
        return same and self.scopes >= before.scopes

    def is_fresh(self, now: datetime) -> bool:
        """Whether a person signed in within the last five minutes, as approvals ask; `now` is the real time."""
        return self.person_id is not None and self.fresh_at is not None and now - self.fresh_at <= FRESH


NOBODY = Viewer(audience=Audience.NOBODY)


@dataclass(frozen=True, slots=True)
class Presented:
    """An access token as a request presents it, under the scheme `Bearer` or `DPoP`."""

    scheme: str
    text: str


async def viewer_of(headers: Headers, state: AccessState, *, method: str = "POST", url: str | None = None) -> Viewer:
    """Who sends these headers: by an access token, or by a session's cookie with the page's token, never by both.

    A token that is bound to a key comes with a proof of it for this `method` and `url` (the API's if not said), which
    is used up. Without either the viewer is NOBODY, for whom the public fields are. A cookie alone counts for nothing:
    browsers send it unasked.

    Raises: Unauthenticated, for a claim that is not proven.
    """
    presented = presented_in(headers, state)
    if presented is None:
        return await _browser_or_nobody(headers, state)
    token, viewer = await token_viewer(presented, state)
    await use_proof(headers, presented, token, state, method=method, url=url or state.issuer.api)
    return viewer


async def still_stands(headers: Headers, state: AccessState) -> Viewer:
    """Whose credential began a stream, if it still counts; the proof it came with was used up then.

    Raises: Unauthenticated.
    """
    presented = presented_in(headers, state)
    if presented is None:
        return await _browser_or_nobody(headers, state)
    _, viewer = await token_viewer(presented, state)
    return viewer


def presented_in(headers: Headers, state: AccessState) -> Presented | None:
    """The access token of a request, not yet read.

    Raises: Unauthenticated, for several credentials or another scheme.
    """
    authorizations = headers.getlist("authorization")
    if len(authorizations) + (cookies.PAGE_TOKEN_HEADER in headers) > 1:
        raise contradiction(state.issuer)
    if not authorizations:
        return None
    scheme, _, text = authorizations[0].partition(" ")
    known = SCHEMES.get(scheme.lower())
    if known is None or not text.strip():
        raise Unauthenticated(challenge(state.issuer), reason="another scheme")
    return Presented(known, text.strip())


async def token_viewer(presented: Presented, state: AccessState) -> tuple[AccessToken, Viewer]:
    """What a token says and whom it stands for, its proof apart; cheap for one that was seen before.

    Raises: Unauthenticated.
    """
    standing = await state.watch.standing()
    digest = access_tokens.digest(presented.text)
    known = state.tokens.get(digest)
    now = state.clock()
    if known is None:
        try:
            token = access_tokens.read(presented.text, issuer=state.issuer, keys=standing.keys, now=now)
        except TokenInvalid as invalid:
            raise invalid_token(state.issuer, str(invalid), scheme=presented.scheme) from None
        known = token, _viewer_of_token(token)
        state.tokens.put(digest, known)
    token, viewer = known
    if token.expires_at <= now:
        state.tokens.forget(digest)
        raise invalid_token(state.issuer, "expired", scheme=presented.scheme)
    if not _stands(token, standing):
        raise invalid_token(state.issuer, "revoked", scheme=presented.scheme)
    if token.kind != presented.scheme:
        raise invalid_token(state.issuer, f"a {token.kind} token", scheme=token.kind)
    return token, await _for_member(viewer, token, state) if token.of_member else viewer


async def use_proof(
    headers: Headers, presented: Presented, token: AccessToken, state: AccessState, *, method: str, url: str
) -> None:
    """Use up the proof of the key that a token is bound to; for a token without a key there is nothing to prove.

    Raises: Unauthenticated.
    """
    if token.key_thumbprint is None:
        return
    try:
        now = state.clock()
        proof = dpop.read(headers.getlist("dpop"), method=method, url=url, now=now, token=presented.text)
    except ProofInvalid as invalid:
        raise invalid_proof(state.issuer, invalid.reason) from None
    if proof.thumbprint != token.key_thumbprint:
        raise invalid_token(state.issuer, "another key's", scheme="DPoP")
    if not await state.database.pool.fetchval("SELECT use_once($1, $2)", proof.jti_hash, proof.expires_at):
        raise invalid_proof(state.issuer, "This DPoP proof was used before.")


async def _browser_or_nobody(headers: Headers, state: AccessState) -> Viewer:
    page_token = headers.get(cookies.PAGE_TOKEN_HEADER)
    return NOBODY if page_token is None else await browser_viewer(headers, page_token, state)


async def _for_member(viewer: Viewer, token: AccessToken, state: AccessState) -> Viewer:
    """A client's viewer with what is left of the member's grant."""
    grant = await grants.standing_lately(state, token.grant_id)
    if grant is None:
        raise invalid_token(state.issuer, "the grant has ended", scheme=token.kind)
    return replace(viewer, scopes=token.scopes & grant.scopes, on_behalf_of=grant.member)


async def browser_viewer(headers: Headers, proof: str, state: AccessState) -> Viewer:
    """Whose browser session this is: a cookie, its page's token and a page of ours, all three.

    Of the sessions of one browser, its own and those of its tills, it is the one whose page the token is.

    Raises: Unauthenticated.
    """
    if not cookies.is_own_page(headers, state.origins):
        raise invalid_token(state.issuer, "not from a page of ours")
    found = cookies.session_of_page(headers.get("cookie", ""), state.issuer, state.keys.browser, proof)
    if found is None:
        raise invalid_token(state.issuer, "no cookie, or another page's token")
    viewer = await session_viewer(found[1], state)
    if viewer is NOBODY:
        raise invalid_token(state.issuer, "the session has ended")
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


def _stands(token: AccessToken, standing: Standing) -> bool:
    return (
        token.kid in standing.keys.readable
        and token.token_id not in standing.revoked
        and token.grant_id not in standing.revoked
        and token.client_grant_id not in standing.revoked
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
