"""Asking a member: what the authorization endpoint and the consent page do with a client's request.

Every answer that goes to the client names its issuer (RFC 9207), refusals too, and goes only to an address that was
registered for the client.
"""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError
from sqlalchemy.orm import Session
from sqlmodel import col, select

from domain.audit import trail
from domain.ids import MemberId, new_id
from domain.members import consents
from domain.members.consent_texts import TEXT_VERSION
from domain.members.errors import MemberNotFound
from domain.storage import WriteSession
from partners.oauth import authorization_requests, codes, grants, pushing, server
from partners.oauth.authorization_requests import Asking, Checked, Unredirectable
from partners.oauth.failures import ConsentRequired, InvalidRequestUri, LoginRequired
from partners.oauth.models import AuthorizationCode, Grant
from partners.oauth.pushing import Kept
from partners.oauth.refreshing import hashed
from partners.oauth.shapes import answering
from partners.oauth.trail import given
from partners.scopes import OPENID, PURPOSE_OF_SCOPE, Scope
from partners.sign_in.sessions import SessionFacts
from partners.standing import Standing
from partners.state import AccessState

PUSH_FIRST = "Push the request first (RFC 9126): outside the sandbox it does not travel through the browser."


class AuthorizationRefused(Exception):
    """A request that is not granted: the client is told at `redirect_to`, or without it only who looks at the page."""

    def __init__(self, error: str, description: str, *, redirect_to: str | None = None) -> None:
        self.error = error
        self.description = description
        self.redirect_to = redirect_to
        """The client's own address, with error, state and iss."""
        super().__init__(f"{error}: {description}")


async def begin(state: AccessState, parameters: Mapping[str, str], *, flaw: str | None = None) -> Asking:
    """Take up a request that a browser brings: a pushed one by its handle, or a plain one where that is allowed.

    `flaw` is what is wrong with the form of it, as its reader found.

    Raises: AuthorizationRefused.
    """
    sent = dict(parameters)

    def begun() -> Asking:
        exchange = answering.get()
        if "request_uri" in sent:
            client = server.SERVER.query_client(sent.get("client_id", ""))
            handle = sent["request_uri"]
            kept = pushing.begin(exchange.session, handle, client.row.client_id, now=exchange.now) if client else None
            return _asking(state, handle, kept)
        checked = _checked(state, sent, flaw=flaw)
        if not (checked.client.row.sandbox and exchange.standing.sandbox):
            raise _told(state, sent, InvalidRequestError(PUSH_FIRST))
        client_id = checked.client.row.client_id
        handle = pushing.keep(exchange.session, client_id, sent, now=exchange.now, begun=True)
        return checked.asking(handle, exchange.now)

    return await server.exchanged(state, begun, for_member=True)


async def asking(state: AccessState, request_uri: str) -> Asking:
    """The request whose page is open, without using it up.

    Raises: AuthorizationRefused.
    """

    def found() -> Asking:
        exchange = answering.get()
        return _asking(state, request_uri, pushing.read(exchange.session, request_uri, now=exchange.now))

    return await server.exchanged(state, found, for_member=True)


async def approve(
    state: AccessState,
    asked: Asking,
    member: MemberId,
    scopes: Collection[Scope],
    *,
    signed_in_at: datetime,
    methods: Sequence[str],
) -> str:
    """Grant what the member agreed to, all or part of what was asked, and say where the browser goes with the code.

    The request is used up by it; consents, grant and code come about together. `signed_in_at` and `methods` (words of
    RFC 8176) say when and how the member signed in.

    Raises: AuthorizationRefused.
    """
    now = state.clock()
    agreed = asked.scopes & frozenset(scopes)
    if not agreed and not asked.requires_openid:
        return await deny(state, asked)
    code, standing = codes.new(), await state.watch.standing()
    async with state.transaction() as session:
        kept = await _used_up(state, session, standing, asked)
        if asked.needs_sign_in(signed_in_at, now=now):
            raise _told(state, kept, LoginRequired())
        grant = await _granted(session, asked, member, agreed, now=now)
        if grant is None:
            raise _told(state, kept, AccessDeniedError())
        session.add(grant)
        await session.flush()
        session.add(_code(code, grant, kept, signed_in_at=signed_in_at, methods=methods))
        await trail.record(session, given(grant), now=now)
    return _address(state, kept, code=code)


async def deny(state: AccessState, asked: Asking) -> str:
    """Say no in the member's name: the request is used up, and this is where the browser goes.

    Raises: AuthorizationRefused.
    """
    standing = await state.watch.standing()
    async with state.transaction() as session:
        kept = await _used_up(state, session, standing, asked)
    return _address(state, kept, **_words(AccessDeniedError()))


async def answer_silently(state: AccessState, asked: Asking, facts: SessionFacts | None) -> str:
    """Grant again, without a page, what the member signed in here has granted this client before (`prompt=none`).

    Raises: AuthorizationRefused, with login_required or consent_required.
    """
    now = state.clock()
    member = facts.subject.member_id if facts else None
    if facts is None or member is None or asked.needs_sign_in(facts.fresh_at, now=now):
        raise await _refused(state, asked, LoginRequired())
    async with state.transaction() as session:
        granted_before = await session.run_sync(_has_granted, asked, member, now=now)
    if not granted_before:
        raise await _refused(state, asked, ConsentRequired())
    return await approve(state, asked, member, asked.scopes, signed_in_at=facts.fresh_at, methods=facts.methods)


async def _used_up(state: AccessState, session: WriteSession, standing: Standing, asked: Asking) -> dict[str, str]:
    """The parameters of a request that is answered now, if its client may still ask."""

    def used_up() -> dict[str, str]:
        exchange = answering.get()
        kept = pushing.use_up(exchange.session, asked.request_uri, now=exchange.now)
        return dict(_checked(state, kept.parameters).parameters) if kept else {}

    parameters, _ = await server.within(session, state, standing, used_up, for_member=True)
    if not parameters:
        raise _unknown()
    return parameters


async def _granted(
    session: WriteSession, asked: Asking, member: MemberId, agreed: frozenset[Scope], *, now: datetime
) -> Grant | None:
    """The grant, and the consents it stands on; None if the member or the partner is not there to agree."""
    purposes = [PURPOSE_OF_SCOPE[scope] for scope in sorted(agreed)]
    try:
        pairwise_id = await consents.give(session, member, asked.partner_id, purposes, text_version=TEXT_VERSION)
    except MemberNotFound:
        return None
    return Grant(
        grant_id=new_id(),
        client_id=asked.client_id,
        partner_id=asked.partner_id,
        member_id=member,
        pairwise_id=pairwise_id,
        scopes=sorted([*agreed, *([OPENID] if asked.requires_openid else [])]),
        created_at=now,
        expires_at=now + codes.LIFETIME,  # until its code is redeemed it has no token, and ends with the code
    )


def _code(
    code: str, grant: Grant, parameters: Mapping[str, str], *, signed_in_at: datetime, methods: Sequence[str]
) -> AuthorizationCode:
    return AuthorizationCode(
        code_hash=hashed(code),
        grant_id=grant.grant_id,
        client_id=grant.client_id,
        redirect_uri=parameters["redirect_uri"],
        scopes=grant.scopes,
        code_challenge=parameters["code_challenge"],
        dpop_jkt=parameters.get("dpop_jkt"),
        nonce=parameters.get("nonce"),
        signed_in_at=signed_in_at,
        methods=list(methods),
        created_at=grant.created_at,
        expires_at=grant.expires_at,
    )


def _has_granted(session: Session, asked: Asking, member: MemberId, *, now: datetime) -> bool:
    """Whether one grant of the member to this client stands for all that is asked."""
    mine = select(Grant.grant_id).where(
        col(Grant.client_id) == asked.client_id,
        col(Grant.member_id) == member,
        col(Grant.revoked_at).is_(None),
        col(Grant.expires_at) > now,
    )
    standing = (grants.standing(session, grant_id, now=now) for grant_id in session.scalars(mine).all())
    return any(
        grant is not None and asked.scopes <= grant.scopes and asked.requires_openid <= grant.openid
        for grant in standing
    )


def _asking(state: AccessState, request_uri: str, kept: Kept | None) -> Asking:
    if kept is None:
        raise _unknown()
    return _checked(state, kept.parameters).asking(request_uri, kept.begun_at)


def _checked(state: AccessState, parameters: dict[str, str], *, flaw: str | None = None) -> Checked:
    """A request that a member may be asked about, or the refusal in the form its reader is to get it."""
    try:
        return authorization_requests.checked(parameters, server.SERVER, flaw=flaw)
    except Unredirectable as nobody:
        raise AuthorizationRefused("invalid_request", nobody.reason) from None
    except OAuth2Error as error:
        raise _told(state, parameters, error) from None


async def _refused(state: AccessState, asked: Asking, error: OAuth2Error) -> AuthorizationRefused:
    """A refusal in the member's absence; the request is used up."""
    standing = await state.watch.standing()
    async with state.transaction() as session:
        return _told(state, await _used_up(state, session, standing, asked), error)


def _told(state: AccessState, parameters: Mapping[str, str], error: OAuth2Error) -> AuthorizationRefused:
    """A refusal that goes to the client, whose address was checked."""
    words = _words(error)
    location = _address(state, parameters, **words)
    return AuthorizationRefused(words["error"], words.get("error_description", ""), redirect_to=location)


def _unknown() -> AuthorizationRefused:
    return AuthorizationRefused(InvalidRequestUri.error, InvalidRequestUri.description)


def _words(error: OAuth2Error) -> dict[str, str]:
    words = {"error": str(error.error)}
    return {**words, "error_description": str(error.description)} if error.description else words


def _address(state: AccessState, parameters: Mapping[str, str], **answer: str) -> str:
    """The client's address with an answer (RFC 6749, section 4.1.2), who gives it, and the client's own state."""
    told = {**answer, **({"state": parameters["state"]} if "state" in parameters else {}), "iss": state.issuer.url}
    address = parameters["redirect_uri"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}"
