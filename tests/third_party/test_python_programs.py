"""The flows driven by Authlib's clients and by requests-oauthlib, each as strict as it can be made."""

# mypy: disable-error-code="import-untyped, misc"

from __future__ import annotations

import asyncio
import hashlib
import json
from base64 import urlsafe_b64encode
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.client import DEFAULT_HEADERS
from authlib.oauth2.rfc6749.errors import MismatchingStateException
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError
from requests_oauthlib import OAuth2Session

from tests.third_party.town import BACK, SCOPES, Marta, Registered, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHO = {"query": "{ viewer { audience scopes } }"}
ME = {"query": "{ me { id wallet { available } } }"}

DISCOVERY = "/.well-known/openid-configuration"
ASKED = " ".join(("openid", *SCOPES))


def answered(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query, strict_parsing=True).items()}


async def metadata(town: Town, path: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=town.issuer) as http:
        answer = await http.get(path)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


class Provider(OpenIDProviderMetadata):
    """Authlib's validation but for one rule of OpenID discovery that FAPI 2 takes back: that RS256 be offered."""

    def validate_id_token_signing_alg_values_supported(self) -> None:
        """Nothing but ES256."""
        assert self["id_token_signing_alg_values_supported"] == ["ES256"]


async def test_the_metadata_passes_authlibs_own_validation(town: Town) -> None:
    """Authlib asks for https everywhere, which this machine's own address has not: the rest of each check runs."""
    server = AuthorizationServerMetadata(await metadata(town, "/.well-known/oauth-authorization-server"))
    provider = Provider(await metadata(town, DISCOVERY))
    for found in (server, provider):
        assert found["issuer"] == town.issuer
        secure = type(found)(_secure(dict(found), town.issuer))
        secure.validate()
    assert dict(server).items() <= dict(provider).items()


def _secure(found: Any, issuer: str) -> Any:
    if isinstance(found, dict):
        return {name: _secure(value, issuer) for name, value in found.items()}
    if isinstance(found, list):
        return [_secure(value, issuer) for value in found]
    return found.replace(issuer, "https://hansa.example") if isinstance(found, str) else found


def authlib_client(registered: Registered, found: dict[str, Any], **more: Any) -> AuthlibSession:
    """Authlib's client, proving itself as it is registered."""
    if registered.key is None:
        return AuthlibSession(registered.client_id, registered.secret, redirect_uri=BACK, **more)
    session = AuthlibSession(
        registered.client_id,
        ECKey.import_key(registered.key),
        token_endpoint_auth_method="private_key_jwt",
        redirect_uri=BACK,
        **more,
    )
    # What Authlib calls the token endpoint is what it writes as `aud`: the issuer, as FAPI 2 has it.
    session.register_client_auth_method(
        PrivateKeyJWT(found["issuer"], headers={"kid": registered.key["kid"]}, alg="ES256")
    )
    return session


async def test_authlib_gets_a_token_for_the_client_itself_by_secret(town: Town) -> None:
    found = await metadata(town, DISCOVERY)

    def drive() -> None:
        with authlib_client(town.with_secret, found) as client:
            token = client.fetch_token(found["token_endpoint"], grant_type="client_credentials", scope="purchases:read")
            assert (token["token_type"], token["scope"]) == ("Bearer", "purchases:read")
            told = client.post(f"{town.issuer}/graphql", json=WHO).json()
            assert told["data"]["viewer"] == {"audience": "PARTNER", "scopes": ["purchases:read"]}
            shown = token["access_token"]
            about = client.introspect_token(found["introspection_endpoint"], token=shown).json()
            assert (about["active"], about["client_id"]) == (True, town.with_secret.client_id)
            assert client.revoke_token(found["revocation_endpoint"], token=shown).status_code == 200
            assert client.introspect_token(found["introspection_endpoint"], token=shown).json() == {"active": False}
            assert client.post(f"{town.issuer}/graphql", json=WHO).status_code == 401

    await asyncio.to_thread(drive)


async def test_authlib_links_a_member_by_code_and_pkce_and_reads_the_id_token(town: Town, marta: Marta) -> None:
    found = await metadata(town, DISCOVERY)
    keys = await metadata(town, urlsplit(found["jwks_uri"]).path)
    verifier, nonce = generate_token(48), generate_token(24)
    client = authlib_client(town.with_secret, found, code_challenge_method="S256")
    address, state = client.create_authorization_url(
        found["authorization_endpoint"], scope=ASKED, code_verifier=verifier, nonce=nonce
    )
    location = await marta.allow(address)
    assert answered(location)["iss"] == town.issuer

    def drive() -> None:
        token = dict(
            client.fetch_token(
                found["token_endpoint"], authorization_response=location, state=state, code_verifier=verifier
            )
        )
        claims = id_token(town, keys, token, town.with_secret, nonce=nonce)
        assert client.get(found["userinfo_endpoint"]).json() == {"sub": claims["sub"]}
        told = client.post(f"{town.issuer}/graphql", json=ME).json()
        assert told["data"]["me"]["wallet"] == {"available": "0"}
        kept = token["refresh_token"]
        again = client.refresh_token(found["token_endpoint"], refresh_token=kept)
        assert again["access_token"] != token["access_token"]
        assert again["refresh_token"] == kept, "a confidential client's is not rotated"
        assert client.revoke_token(found["revocation_endpoint"], token=kept).status_code == 200
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token(found["token_endpoint"], refresh_token=kept)
        assert client.get(found["userinfo_endpoint"]).status_code == 401

    with client:
        await asyncio.to_thread(drive)


def id_token(
    town: Town, keys: dict[str, Any], token: dict[str, Any], registered: Registered, *, nonce: str
) -> CodeIDToken:
    """Authlib's own checks of an id token, with everything they can ask for."""
    published = KeySet.import_key_set(keys)  # type: ignore[arg-type]
    read = jwt.decode(token["id_token"], published, algorithms=["ES256"])
    wanted = {"iss": town.issuer, "aud": registered.client_id, "azp": registered.client_id, "nonce": nonce}
    claims = CodeIDToken(
        read.claims,
        read.header,
        options={
            **{name: {"essential": True, "value": value} for name, value in wanted.items()},
            **{name: {"essential": True} for name in ("exp", "iat", "auth_time", "acr", "amr", "at_hash")},
        },
        params={
            "client_id": registered.client_id,
            "nonce": nonce,
            "max_age": 300,
            "access_token": token["access_token"],
        },
    )
    claims.validate(leeway=5)
    return claims


async def test_authlib_refuses_an_answer_to_another_request(town: Town, marta: Marta) -> None:
    found, verifier = await metadata(town, DISCOVERY), generate_token(48)
    client = authlib_client(town.with_secret, found, code_challenge_method="S256")
    address, _ = client.create_authorization_url(
        found["authorization_endpoint"], scope="balance:read", code_verifier=verifier
    )
    location = await marta.allow(address)
    with client, pytest.raises(MismatchingStateException):
        client.fetch_token(found["token_endpoint"], authorization_response=location, state="another")


async def test_authlib_proves_a_client_by_its_key_and_pushes_its_request(town: Town, marta: Marta) -> None:
    """Authlib has no DPoP of its own, so this client's other half is the test's: the proofs of `Proving`."""
    found = await metadata(town, DISCOVERY)
    keys = await metadata(town, urlsplit(found["jwks_uri"]).path)
    verifier, nonce, proving = generate_token(48), generate_token(24), Proving(ECKey.generate_key("P-256"))
    client = authlib_client(town.with_key, found)
    par, api = found["pushed_authorization_request_endpoint"], f"{town.issuer}/graphql"
    request = {
        "response_type": "code",
        "client_id": town.with_key.client_id,
        "redirect_uri": BACK,
        "scope": ASKED,
        "nonce": nonce,
        "state": "kept",
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
    }

    def push() -> dict[str, str]:
        auth = client.client_auth(client.token_endpoint_auth_method)
        sent = client.post(
            par, data=request, auth=auth, withhold_token=True, headers={"DPoP": proving.proof("POST", par)}
        )
        assert sent.status_code == 201, sent.text
        return dict(sent.json())

    def redeem(location: str) -> None:
        proof = {"DPoP": proving.proof("POST", found["token_endpoint"])}
        token = client.fetch_token(
            found["token_endpoint"],
            authorization_response=location,
            state="kept",
            code_verifier=verifier,
            headers={**DEFAULT_HEADERS, **proof},
        )
        assert token["token_type"] == "DPoP"
        id_token(town, keys, token, town.with_key, nonce=nonce)
        told = httpx.post(api, json=ME, headers=proving.headers("POST", api, token["access_token"])).json()
        assert told["data"]["me"]["wallet"] == {"available": "0"}

    with client:
        handle = (await asyncio.to_thread(push))["request_uri"]
        query = urlencode({"client_id": town.with_key.client_id, "request_uri": handle})
        location = await marta.allow(f"{found['authorization_endpoint']}?{query}")
        await asyncio.to_thread(redeem, location)


class Proving:
    """Proofs of possession, written by hand from RFC 9449."""

    def __init__(self, key: ECKey) -> None:
        self.key = key

    def proof(self, method: str, url: str, token: str | None = None) -> str:
        """One proof."""
        claims: dict[str, Any] = {"jti": generate_token(24), "htm": method, "htu": url}
        if token is not None:
            claims["ath"] = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self.key.as_dict(private=False)}
        return jwt.encode(header, {**claims, "iat": int(time())}, self.key)

    def headers(self, method: str, url: str, token: str) -> dict[str, str]:
        """What a request with a bound token carries."""
        return {"Authorization": f"DPoP {token}", "DPoP": self.proof(method, url, token)}


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Oauthlib wants https, which this machine's own address has not."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


async def test_requests_oauthlib_gets_a_token_for_the_client_itself(town: Town) -> None:
    found = await metadata(town, "/.well-known/oauth-authorization-server")

    def drive() -> tuple[dict[str, Any], dict[str, Any]]:
        client = BackendApplicationClient(town.with_secret.client_id, scope=["purchases:read"])
        with OAuth2Session(client=client) as session:
            basic = (town.with_secret.client_id, town.with_secret.secret)
            token = session.fetch_token(found["token_endpoint"], auth=basic, scope=["purchases:read"])
            return token, session.post(f"{town.issuer}/graphql", json=WHO).json()

    token, told = await asyncio.to_thread(drive)
    assert token["scope"] == ["purchases:read"]
    assert told["data"]["viewer"]["audience"] == "PARTNER"


async def test_requests_oauthlib_links_a_member_and_refreshes_by_itself(town: Town, marta: Marta) -> None:
    found = await metadata(town, DISCOVERY)
    basic = (town.with_secret.client_id, town.with_secret.secret)
    kept: list[dict[str, Any]] = []
    session = OAuth2Session(
        town.with_secret.client_id,
        redirect_uri=BACK,
        scope=["openid", *SCOPES],
        pkce="S256",
        auto_refresh_url=found["token_endpoint"],
        token_updater=kept.append,
    )
    address, state = session.authorization_url(found["authorization_endpoint"], nonce="a nonce of the shop")
    location = await marta.allow(address)

    def drive() -> dict[str, Any]:
        token = session.fetch_token(found["token_endpoint"], authorization_response=location, auth=basic)
        assert session.get(found["userinfo_endpoint"]).json().keys() == {"sub"}
        session.token = {**token, "expires_at": 1, "expires_in": -1}
        told: dict[str, Any] = session.post(
            f"{town.issuer}/graphql",
            data=json.dumps(ME),
            headers={"Content-Type": "application/json"},
            client_id=basic[0],
            client_secret=basic[1],
        ).json()
        assert kept, "the token was refreshed on the way"
        with pytest.raises(InvalidGrantError):
            session.fetch_token(found["token_endpoint"], authorization_response=location, auth=basic)
        return told

    told = await asyncio.to_thread(drive)
    assert answered(location)["state"] == state
    assert told["data"]["me"]["wallet"] == {"available": "0"}


async def test_the_api_leads_a_stranger_to_the_authorization_server(town: Town) -> None:
    """RFC 9728: from the challenge to the resource's metadata, from there to the server's, each naming itself."""
    async with httpx.AsyncClient() as http:
        challenged = await http.post(f"{town.issuer}/graphql", json=WHO, headers={"Authorization": "Bearer x"})
        assert challenged.status_code == 401
        challenge = challenged.headers["www-authenticate"]
        address = challenge.partition('resource_metadata="')[2].partition('"')[0]
        resource = (await http.get(address)).json()
        assert resource["resource"] == f"{town.issuer}/graphql"
        (server,) = resource["authorization_servers"]
        assert (await http.get(f"{server}/.well-known/oauth-authorization-server")).json()["issuer"] == server
