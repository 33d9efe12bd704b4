"""The authorization server: Authlib's grants and endpoints, on our session, with the laxities of its defaults closed.

Authlib's server side is synchronous. `run_sync` gives its hooks a synchronous session over the same connection and
transaction, and a context variable carries that session to them, so nothing here blocks and there is no second driver.
"""

# mypy: disable-error-code="import-untyped, misc, no-untyped-call"
# Authlib ships no types; it is used in this package alone.

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidClientError, InvalidRequestError
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col, select
from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from domain.audit import trail
from domain.coalition.models import Partner, PartnerStatus
from domain.storage import WriteSession
from partners.clients.ceilings import held
from partners.clients.models import Client, ClientAuthMethod, PartnerCeiling
from partners.oauth import client_authentication, dpop, metadata
from partners.oauth.codes import Codes, S256Only
from partners.oauth.dpop import ProofInvalid
from partners.oauth.failures import InvalidClient, InvalidProof, UnsupportedGrantType, UnsupportedResponseType
from partners.oauth.introspecting import Introspection, RevocationOfTokens
from partners.oauth.issuing import ClientCredentials, required
from partners.oauth.models import UsedJti
from partners.oauth.pushing import Pushing
from partners.oauth.refreshing import Refresh
from partners.oauth.shapes import GRANT_TYPES, Asked, Exchange, RegisteredClient, answering
from partners.standing import Standing
from partners.state import AccessState

T = TypeVar("T")

NOTE_USE_EVERY = timedelta(minutes=1)

PATHS = {
    "token": metadata.TOKEN_PATH,
    Pushing.ENDPOINT_NAME: metadata.PUSHED_REQUEST_PATH,
    Introspection.ENDPOINT_NAME: metadata.INTROSPECTION_PATH,
    RevocationOfTokens.ENDPOINT_NAME: metadata.REVOCATION_PATH,
}
"""The endpoints that programs ask, by Authlib's names for them."""

PROVING = frozenset({"token", Pushing.ENDPOINT_NAME})
"""Where a proof of the client's key counts (RFC 9449)."""


async def exchanged(state: AccessState, answer: Callable[[], T], *, for_member: bool = False) -> T:
    """Answer a request within a transaction of its own, and let its consequences be felt here at once.

    A refusal that is an answer commits what it used up; one that is raised commits nothing.
    """
    standing = await state.watch.standing()  # before the transaction: it may need a connection of its own
    async with state.transaction() as session:
        answered, exchange = await within(session, state, standing, answer, for_member=for_member)
    for grant_id in exchange.ended:
        state.grants.forget(grant_id.bytes)
    return answered


async def within(
    session: WriteSession, state: AccessState, standing: Standing, answer: Callable[[], T], *, for_member: bool
) -> tuple[T, Exchange]:
    """Answer a request within a transaction that is under way."""
    exchange = Exchange(
        session=session.sync_session,
        issuer=state.issuer,
        standing=standing,
        keys=state.keys,
        now=state.clock(),
        for_member=for_member,
    )

    def answered(_sync: Session) -> T:
        token = answering.set(exchange)
        try:
            return answer()
        finally:
            answering.reset(token)

    found = await session.run_sync(answered)
    for line in exchange.lines:
        await trail.record(session, line, now=exchange.now)
    return found, exchange


def respond(endpoint: str, parameters: dict[str, str], headers: Headers) -> JSONResponse:
    """Answer a request to one of the endpoints of `PATHS`, within an exchange."""
    request = Asked(answering.get().issuer.url + PATHS[endpoint], parameters, headers)
    try:
        if endpoint == "token":
            return _as_response(SERVER.create_token_response(request))
        return _as_response(SERVER.create_endpoint_response(endpoint, request))
    except OAuth2Error as error:
        return _as_response(SERVER.handle_error_response(request, error))


class Server(AuthorizationServer):
    """Authlib's server, with our clients behind it."""

    def query_client(self, client_id: str) -> RegisteredClient | None:
        """A client that may still sign in, with the scopes its ceilings leave it."""
        key = client_authentication.canonical_id(client_id)
        if key is None:
            return None
        found = answering.get().session.execute(
            select(Client, Partner.status, Partner.name, PartnerCeiling.scopes)
            .outerjoin(Partner, col(Partner.partner_id) == Client.partner_id)
            .outerjoin(PartnerCeiling, col(PartnerCeiling.partner_id) == Client.partner_id)
            .where(col(Client.client_id) == key, col(Client.revoked_at).is_(None))
        )
        for row, status, partner_name, own in found:
            if status != PartnerStatus.CLOSED:
                return RegisteredClient(row, held(row, own), partner_name)
        return None

    def authenticate_client(
        self, request: Asked, methods: tuple[str, ...], endpoint: str = "token"
    ) -> RegisteredClient:
        """Who asks, by one method and no more, with the key it proves."""
        form = request.form
        used = [request.headers.getlist("authorization"), [form["client_secret"]] if "client_secret" in form else []]
        if len(used[0]) + len(used[1]) + ("client_assertion" in form) > 1:
            raise InvalidRequestError("A client authenticates in one way at a time.")
        try:
            client: RegisteredClient = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError as error:
            raise (
                error
                if isinstance(error, InvalidClient)
                else InvalidClient("The client authenticates as it was registered: with a key, a secret, or as none.")
            ) from None
        if form.get("client_id", client.get_client_id()) != client.get_client_id():
            raise InvalidClient("client_id is another client's.")
        if endpoint in PROVING:
            request.thumbprint = _proven_key(request)
            if request.thumbprint is None and client.row.dpop_bound and endpoint == "token":
                raise InvalidProof("This client proves its key with each request (RFC 9449).")
        return client

    def get_authorization_grant(self, request: Asked) -> Any:
        """The grant that a member is asked for: codes."""
        if request.payload.response_type != "code":
            raise UnsupportedResponseType
        return super().get_authorization_grant(request)

    def get_token_grant(self, request: Asked) -> Any:
        """The grant that is asked for."""
        if required(request, "grant_type") not in GRANT_TYPES:
            raise UnsupportedGrantType
        return super().get_token_grant(request)

    def save_token(self, token: dict[str, Any], request: Asked) -> None:  # noqa: ARG002 - Authlib's signature
        """Tokens are not stored; that the client is in use is, once a minute, so that its row stays quiet."""
        now, row = answering.get().now, request.client.row
        if row.last_used_at is None or now - row.last_used_at >= NOTE_USE_EVERY:
            answering.get().session.execute(
                update(Client).where(col(Client.client_id) == row.client_id).values(last_used_at=now)
            )

    def create_oauth2_request(self, request: Asked) -> Asked:
        """It is one already."""
        return request

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> JSONResponse:
        """The answer over HTTP, never stored on its way."""
        return JSONResponse(body, status, {**dict(headers), "Cache-Control": "no-store"})


def _with_secret(find: Any, request: Asked) -> RegisteredClient | None:
    authorization = request.headers.get("authorization")
    if authorization is None:
        return None
    if authorization.partition(" ")[0].lower() != "basic":
        raise InvalidClient("The Authorization header here is Basic.")
    try:
        return _as_client(client_authentication.with_secret(authorization, find, now=answering.get().now))
    except client_authentication.Refused as refused:
        raise InvalidClient(refused.reason) from None


def _with_key(find: Any, request: Asked) -> RegisteredClient | None:
    if "client_assertion" not in request.form:
        return None
    exchange = answering.get()
    try:
        proven = client_authentication.with_key(request.form, find, issuer=exchange.issuer.url, now=exchange.now)
    except client_authentication.Refused as refused:
        raise InvalidClient(refused.reason) from None
    if not _used_once(exchange, jti_hash=proven.jti_hash, expires_at=proven.expires_at):
        raise InvalidClient("This assertion was used before.")
    return _as_client(proven.client)


def _with_nothing(find: Any, request: Asked) -> RegisteredClient | None:
    """A public client only says who it is; what it does is proven by PKCE and, bound to a key, by that."""
    if {"client_assertion", "client_secret"} & set(request.form) or "authorization" in request.headers:
        return None
    client: RegisteredClient | None = find(request.form.get("client_id", ""))
    return client


def _proven_key(request: Asked) -> str | None:
    """The key that a request proves, its proof used up."""
    proofs = request.headers.getlist("dpop")
    if not proofs:
        return None
    exchange = answering.get()
    try:
        proof = dpop.read(proofs, method=request.method, url=request.uri, now=exchange.now)
    except ProofInvalid as invalid:
        raise InvalidProof(invalid.reason) from None
    if not _used_once(exchange, jti_hash=proof.jti_hash, expires_at=proof.expires_at):
        raise InvalidProof("This DPoP proof was used before.")
    return proof.thumbprint


def _used_once(exchange: Exchange, **number: Any) -> bool:
    # The unique key decides between requests that arrive together with one number: the first to insert it wins.
    used = insert(UsedJti).values(**number).on_conflict_do_nothing()
    return exchange.session.execute(used.returning(col(UsedJti.jti_hash))).first() is not None


def _as_client(found: client_authentication.Registered) -> RegisteredClient:
    assert isinstance(found, RegisteredClient), "query_client makes no other"
    return found


def _as_response(answer: Any) -> JSONResponse:
    assert isinstance(answer, JSONResponse), "handle_response makes no other"
    return answer


def _made() -> Server:
    server = Server()
    server.register_client_auth_method(ClientAuthMethod.CLIENT_SECRET_BASIC.value, _with_secret)
    server.register_client_auth_method(ClientAuthMethod.PRIVATE_KEY_JWT.value, _with_key)
    server.register_client_auth_method(ClientAuthMethod.NONE.value, _with_nothing)
    server.register_grant(ClientCredentials)
    server.register_grant(Codes, [S256Only()])
    server.register_grant(Refresh)
    for endpoint in (Pushing, Introspection, RevocationOfTokens):
        server.register_endpoint(endpoint)
    return server


SERVER = _made()
