"""Access tokens: fetched with a secret or a key of one's own, kept while they last, and fetched anew in time."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey

from hansa.storefront.errors import Unauthorized
from hansa.storefront.proofs import ProofKey
from hansa.storefront.retrying import Patience, patiently

METADATA = "/.well-known/oauth-authorization-server"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
SPARE_SECONDS = 30.0
"""A token is renewed so long before its end."""


class Credential(Protocol):
    """What tokens are given for."""

    def request(self, issuer: str) -> dict[str, Any]:
        """How to ask for a token: the form under `data`, and `auth` where the client signs in with a header."""

    def granted(self, answer: Mapping[str, Any]) -> None:
        """Keep what the server gave beside the token."""


class _Own:
    """A client's own credential: the server gives nothing beside the token."""

    __slots__ = ()

    def granted(self, answer: Mapping[str, Any]) -> None:
        """Nothing to keep."""


@dataclass(frozen=True, slots=True)
class ClientSecret(_Own):
    """A client id with its secret (client_secret_basic)."""

    client_id: str
    secret: str = field(repr=False)

    def request(self, _issuer: str) -> dict[str, Any]:
        """How to ask for a token."""
        return {"auth": (self.client_id, self.secret), "data": {"grant_type": "client_credentials"}}


@dataclass(frozen=True, slots=True)
class ClientKey(_Own):
    """A client id with a private key of its own (private_key_jwt): the key never leaves this process."""

    client_id: str
    key: Key = field(repr=False)

    def request(self, issuer: str) -> dict[str, Any]:
        """How to ask for a token: an assertion for this issuer alone, good for a minute, used once."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": issuer,
            "iat": now,
            "jti": secrets.token_urlsafe(16),
        }
        header = {"alg": _algorithm(self.key)} | ({"kid": self.key.kid} if self.key.kid else {})
        assertion = jwt.encode(header, {**claims, "exp": now + ASSERTION_SECONDS}, self.key, algorithms=[header["alg"]])
        signed = {"client_assertion_type": ASSERTION, "client_assertion": assertion}
        return {"data": {"grant_type": "client_credentials", **signed}}


class Tokens:
    """The one token a client uses at a time, bound to a key where there is one."""

    def __init__(
        self, client: httpx.AsyncClient, url: str, credential: Credential, patience: Patience, proof: ProofKey | None
    ) -> None:
        self._client = client
        self._url = url
        self._credential = credential
        self._patience = patience
        self._proof = proof
        self._turn = asyncio.Lock()
        self._token = ""
        self._good_until = 0.0
        self._metadata: dict[str, Any] = {}

    async def current(self) -> str:
        """A token that is good for a while. Raises: Unauthorized, Unanswered."""
        async with self._turn:
            if time.monotonic() >= self._good_until:
                await self._fetch()
            return self._token

    def headers(self, token: str, *, method: str, url: str) -> dict[str, str]:
        """What one request says to use the token: a proof is good for this request alone."""
        if self._proof is None:
            return {"Authorization": f"Bearer {token}"}
        return {"Authorization": f"DPoP {token}", "DPoP": self._proof.proof(method, url, token=token)}

    def forget(self, token: str) -> None:
        """The server does not accept it any more."""
        if token == self._token:
            self._good_until = 0.0

    async def _fetch(self) -> None:
        if not self._metadata:
            answer = await patiently(lambda: self._client.get(self._url + METADATA), self._patience)
            self._metadata = answer.raise_for_status().json()
        answer = await patiently(self._asked, self._patience)
        if answer.status_code != httpx.codes.OK:
            raise Unauthorized(_told(answer))
        granted = answer.json()
        self._credential.granted(granted)
        self._token = granted["access_token"]
        self._good_until = time.monotonic() + granted["expires_in"] - SPARE_SECONDS

    async def _asked(self) -> httpx.Response:
        """Each attempt with an assertion and a proof of its own: one is good for a single use."""
        endpoint = self._metadata["token_endpoint"]
        headers = {"DPoP": self._proof.proof("POST", endpoint)} if self._proof else {}
        request = self._credential.request(self._metadata["issuer"])
        return await self._client.post(endpoint, headers=headers, **request)


def _algorithm(key: Key) -> str:
    if isinstance(key, ECKey):
        return "ES256"
    return "Ed25519" if isinstance(key, OKPKey) else "PS256"


def _told(answer: httpx.Response) -> str:
    try:
        told = answer.json()
        return f"{told['error']}: {told.get('error_description', '')}"
    except (ValueError, KeyError):
        return f"the token endpoint answered {answer.status_code}"
