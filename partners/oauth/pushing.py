"""Pushed authorization requests (RFC 9126): what is asked of a member stays between client and server.

A plain request is kept in the same way, so that the consent page has one short-lived handle for both. The handle is the
key that opens what is kept; the database knows only its hash.
"""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import Endpoint, InvalidRequestError
from sqlalchemy import ColumnElement, func, update
from sqlalchemy.orm import Session
from sqlmodel import col, select

from partners.keys import seal, unseal
from partners.oauth import authorization_requests
from partners.oauth.authorization_requests import Unredirectable
from partners.oauth.issuing import AUTH_METHODS
from partners.oauth.models import PushedRequest
from partners.oauth.shapes import Asked, answering

PREFIX = "urn:ietf:params:oauth:request_uri:"
LIFETIME = timedelta(seconds=60)
"""Within this the member's browser has to come with it."""

ANSWERED_WITHIN = timedelta(minutes=10)
"""From then on the member has time to sign in and to read."""

NOT_KEPT = frozenset({"client_assertion", "client_assertion_type", "client_secret"})

Parameters = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A request as it was kept."""

    parameters: Parameters
    begun_at: datetime


class Pushing(Endpoint):
    """Takes a request from a client that proves who it is, and gives the handle for it."""

    ENDPOINT_NAME = "pushed_authorization_request"

    def create_endpoint_response(self, request: Asked) -> tuple[int, dict[str, object], list[tuple[str, str]]]:
        """Hold the request to all that an authorization request is held to, and keep it."""
        exchange = answering.get()
        client = self.server.authenticate_client(request, AUTH_METHODS, self.ENDPOINT_NAME)
        if "request_uri" in request.form:
            raise InvalidRequestError("A pushed request names no request_uri.")
        sent = {name: value for name, value in request.form.items() if name not in NOT_KEPT}
        sent["client_id"] = client.get_client_id()
        if request.thumbprint is not None and sent.setdefault("dpop_jkt", request.thumbprint) != request.thumbprint:
            raise InvalidRequestError("dpop_jkt is not the key that this request proves.")
        _check(sent, self.server)
        handle = keep(exchange.session, client.row.client_id, sent, now=exchange.now)
        return 201, {"request_uri": handle, "expires_in": int(LIFETIME.total_seconds())}, []


def _check(sent: Parameters, server: Any) -> None:
    """Hold it to the rules while its client is there to be told: in the answer, and nobody is sent anywhere."""
    try:
        authorization_requests.checked(sent, server)
    except Unredirectable as refused:
        raise InvalidRequestError(refused.reason) from None
    except OAuth2Error as error:
        error.redirect_uri = None
        raise


def keep(session: Session, client_id: UUID, parameters: Parameters, *, now: datetime, begun: bool = False) -> str:
    """Keep a request under a new handle; a plain one has begun already."""
    handle = PREFIX + secrets.token_urlsafe(32)
    session.add(
        PushedRequest(
            request_hash=_hashed(handle),
            client_id=client_id,
            sealed=seal(_key(handle), json.dumps(parameters).encode(), name="pushed request"),
            created_at=now,
            begun_at=now if begun else None,
            expires_at=now + (ANSWERED_WITHIN if begun else LIFETIME),
        )
    )
    session.flush()
    return handle


def begin(session: Session, handle: str, client_id: UUID, *, now: datetime) -> Kept | None:
    """The request that a browser comes with, of this client and within its minute; it is not used up by that."""
    row = session.execute(
        update(PushedRequest)
        .where(
            _is(handle),
            col(PushedRequest.client_id) == client_id,
            col(PushedRequest.used_at).is_(None),
            col(PushedRequest.created_at) > now - LIFETIME,
        )
        .values(
            begun_at=func.coalesce(PushedRequest.begun_at, now),
            expires_at=func.coalesce(PushedRequest.begun_at, now) + ANSWERED_WITHIN,
        )
        .returning(PushedRequest)
    ).scalar_one_or_none()
    return _opened(row, handle)


def read(session: Session, handle: str, *, now: datetime) -> Kept | None:
    """The request whose page is open."""
    query = select(PushedRequest).where(_is(handle), *_unanswered(now))
    return _opened(session.execute(query).scalar_one_or_none(), handle)


def use_up(session: Session, handle: str, *, now: datetime) -> Kept | None:
    """The request that is answered now: of several answers that come at once, one succeeds."""
    row = session.execute(
        update(PushedRequest).where(_is(handle), *_unanswered(now)).values(used_at=now).returning(PushedRequest)
    ).scalar_one_or_none()
    return _opened(row, handle)


def _is(handle: str) -> ColumnElement[bool]:
    return col(PushedRequest.request_hash) == _hashed(handle)


def _unanswered(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(PushedRequest.used_at).is_(None),
        col(PushedRequest.begun_at).is_not(None),
        col(PushedRequest.expires_at) > now,
    )


def _opened(row: PushedRequest | None, handle: str) -> Kept | None:
    if row is None or row.begun_at is None:
        return None
    parameters: Parameters = json.loads(unseal(_key(handle), row.sealed, name="pushed request"))
    return Kept(parameters=parameters, begun_at=row.begun_at)


def _hashed(handle: str) -> bytes:
    return hashlib.sha256(handle.encode("utf-8", "surrogatepass")).digest()


def _key(handle: str) -> bytes:
    return hashlib.sha256(b"opens " + handle.encode("utf-8", "surrogatepass")).digest()
