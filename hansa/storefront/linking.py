"""Asking a member for a grant: from the button "connect your points" to calls in the member's name."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hansa.storefront.errors import LinkRefused
from hansa.storefront.proofs import ProofKey
from hansa.storefront.retrying import Patience, patiently
from hansa.storefront.tokens import METADATA, ClientKey, ClientSecret, Credential

SIGNED_WITH = "ES256"


@dataclass(slots=True)
class MemberLink:
    """What a member granted, as a credential: `Storefront.opened(url, link)` acts in the member's name.

    Keep `subject`, `refresh_token` and the proof key with your customer's record, as carefully as a password.
    """

    client: ClientSecret | ClientKey
    subject: str
    """The member's id at your partner; another partner has another."""
    refresh_token: str = field(repr=False)
    proof: ProofKey

    def request(self, issuer: str) -> dict[str, Any]:
        """How to ask for a token."""
        request = self.client.request(issuer)
        asked = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        return request | {"data": request["data"] | asked}

    def granted(self, answer: Mapping[str, Any]) -> None:
        """Keep a refresh token that replaces this one."""
        self.refresh_token = answer.get("refresh_token", self.refresh_token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A link on its way: send the member's browser to `address`, and keep the rest in your session with it."""

    address: str
    state: str
    nonce: str
    verifier: str = field(repr=False)
    proof: ProofKey


class Linking:
    """One storefront's way of linking members; make one with `Linking.opened`."""

    def __init__(
        self, http: httpx.AsyncClient, metadata: dict[str, Any], client: ClientSecret | ClientKey, redirect_uri: str
    ) -> None:
        self._http = http
        self._metadata = metadata
        self._client = client
        self._redirect_uri = redirect_uri

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, url: str, client: ClientSecret | ClientKey, *, redirect_uri: str, **options: Any
    ) -> AsyncIterator[Linking]:
        """Open the way to a server by its address; `redirect_uri` is one that the client is registered with."""
        url = url.rstrip("/")
        async with httpx.AsyncClient(**options) as http:
            metadata = (await patiently(lambda: http.get(url + METADATA), Patience())).raise_for_status().json()
            if metadata["issuer"] != url:
                raise LinkRefused("wrong_issuer", f"{url} calls itself {metadata['issuer']}.")
            yield cls(http, metadata, client, redirect_uri)

    async def begin(self, *scopes: str, language: str | None = None) -> Begun:
        """Push the request (RFC 9126), and learn where to send the member. Raises: LinkRefused, Unanswered."""
        verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        proof = ProofKey.new()
        asked = {
            "response_type": "code",
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(("openid", *scopes)),
            "state": state,
            "nonce": nonce,
            "code_challenge": _hashed(verifier),
            "code_challenge_method": "S256",
            **({"ui_locales": language} if language else {}),
        }
        pushed = await self._posted("pushed_authorization_request_endpoint", asked, proof)
        query = urlencode({"client_id": self._client.client_id, "request_uri": pushed["request_uri"]})
        address = f"{self._metadata['authorization_endpoint']}?{query}"
        return Begun(address=address, state=state, nonce=nonce, verifier=verifier, proof=proof)

    async def finish(self, begun: Begun, came_back_to: str) -> MemberLink:
        """The link, from the address that the member came back to.

        Raises: LinkRefused, if the member refused or the answer is not the one to this beginning; Unanswered.
        """
        answer = {name: values[0] for name, values in parse_qs(urlsplit(came_back_to).query).items()}
        if answer.get("iss") != self._metadata["issuer"] or not _same(answer.get("state"), begun.state):
            raise LinkRefused("not_our_answer", "The address does not answer this request.")
        if "code" not in answer:
            raise LinkRefused(answer.get("error", "no_code"), answer.get("error_description", ""))
        asked = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": self._redirect_uri,
            "code_verifier": begun.verifier,
        }
        granted = await self._posted("token_endpoint", asked, begun.proof)
        subject = await self._subject(granted["id_token"], begun.nonce)
        return MemberLink(self._client, subject, granted["refresh_token"], begun.proof)

    async def end(self, link: MemberLink) -> None:
        """Give the link back: the grant ends, and its tokens count no more. Raises: LinkRefused, Unanswered."""
        said = {"token": link.refresh_token, "token_type_hint": "refresh_token"}
        await self._posted("revocation_endpoint", said, link.proof)

    async def _posted(self, endpoint: str, asked: Mapping[str, str], proof: ProofKey) -> dict[str, Any]:
        url = self._metadata[endpoint]

        async def once() -> httpx.Response:
            request = self._client.request(self._metadata["issuer"])
            form = {**request.pop("data"), "client_id": self._client.client_id, **asked}
            if "grant_type" not in asked:
                del form["grant_type"]
            return await self._http.post(url, data=form, headers={"DPoP": proof.proof("POST", url)}, **request)

        answer = await patiently(once, Patience(), repeatable=False)
        body: dict[str, Any] = answer.json() if answer.content else {}
        if answer.is_error:
            raise LinkRefused(body.get("error", "refused"), body.get("error_description", ""))
        return body

    async def _subject(self, id_token: str, nonce: str) -> str:
        """Whose the link is, as the server signed it for us and for this very request."""
        keys = (await patiently(lambda: self._http.get(self._metadata["jwks_uri"]), Patience())).json()
        try:
            claims = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=[SIGNED_WITH]).claims
            wanted = {
                "iss": {"essential": True, "value": self._metadata["issuer"]},
                "aud": {"essential": True, "value": self._client.client_id},
                "nonce": {"essential": True, "value": nonce},
                "exp": {"essential": True},
                "sub": {"essential": True},
            }
            jwt.JWTClaimsRegistry(leeway=10, **wanted).validate(claims)  # type: ignore[arg-type]
        except (JoseError, ValueError) as problem:
            raise LinkRefused("id_token", str(problem)) from None
        return str(claims["sub"])


def proof_for(credential: Credential) -> ProofKey | None:
    """The key that a credential's tokens are bound to, unless another is given; a plain secret has none."""
    if isinstance(credential, MemberLink):
        return credential.proof
    return ProofKey.new() if isinstance(credential, ClientKey) else None


def _hashed(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _same(presented: str | None, expected: str) -> bool:
    return presented is not None and hmac.compare_digest(presented.encode(), expected.encode())
