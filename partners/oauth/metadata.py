"""What the server publishes about itself: RFC 8414, OpenID discovery, RFC 9728, and the paths of its endpoints."""

from __future__ import annotations

from typing import Any

from partners.clients.key_sets import ALGORITHMS
from partners.clients.models import ClientAuthMethod
from partners.issuer import Issuer
from partners.oauth.signing_keys import ALGORITHM
from partners.scopes import OPENID, Scope
from partners.sign_in.words import LANGUAGES

AUTHORIZATION_PATH = "/oauth/authorize"
PUSHED_REQUEST_PATH = "/oauth/par"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
INTROSPECTION_PATH = "/oauth/introspect"
REVOCATION_PATH = "/oauth/revoke"
USERINFO_PATH = "/oauth/userinfo"
JWKS_PATH = "/oauth/jwks"
SERVER_METADATA_PATH = "/.well-known/oauth-authorization-server"
PROVIDER_METADATA_PATH = "/.well-known/openid-configuration"
RESOURCE_METADATA_PATH = "/.well-known/oauth-protected-resource/graphql"

METHODS = [method.value for method in ClientAuthMethod]
CONFIDENTIAL_METHODS = [method for method in METHODS if method != ClientAuthMethod.NONE]
CLAIMS = ["iss", "sub", "aud", "azp", "iat", "exp", "auth_time", "nonce", "acr", "amr", "at_hash"]


def of_server(issuer: Issuer, *, sandbox: bool) -> dict[str, Any]:
    """The authorization server's metadata (RFC 8414)."""
    methods = {"token": METHODS, "introspection": CONFIDENTIAL_METHODS, "revocation": METHODS}
    authentication = {
        name: value
        for endpoint, accepted in methods.items()
        for name, value in (
            (f"{endpoint}_endpoint_auth_methods_supported", accepted),
            (f"{endpoint}_endpoint_auth_signing_alg_values_supported", list(ALGORITHMS)),
        )
    }
    return {
        "issuer": issuer.url,
        "authorization_endpoint": issuer.url + AUTHORIZATION_PATH,
        "pushed_authorization_request_endpoint": issuer.url + PUSHED_REQUEST_PATH,
        "require_pushed_authorization_requests": not sandbox,
        "token_endpoint": issuer.url + TOKEN_PATH,
        "introspection_endpoint": issuer.url + INTROSPECTION_PATH,
        "revocation_endpoint": issuer.url + REVOCATION_PATH,
        "jwks_uri": issuer.url + JWKS_PATH,
        "scopes_supported": [OPENID, *(scope.value for scope in Scope)],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "protected_resources": [issuer.api],
        **authentication,
    }


def of_provider(issuer: Issuer, *, sandbox: bool) -> dict[str, Any]:
    """The same server's metadata as an OpenID provider."""
    return {
        **of_server(issuer, sandbox=sandbox),
        "userinfo_endpoint": issuer.url + USERINFO_PATH,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "acr_values_supported": ["phr", "1"],
        "claims_supported": CLAIMS,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": list(LANGUAGES),
    }


def of_resource(issuer: Issuer) -> dict[str, Any]:
    """The API's metadata as a protected resource (RFC 9728)."""
    return {
        "resource": issuer.api,
        "resource_name": "Hansa",
        "authorization_servers": [issuer.url],
        "jwks_uri": issuer.url + JWKS_PATH,
        "scopes_supported": [scope.value for scope in Scope],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_bound_access_tokens_required": False,
    }
