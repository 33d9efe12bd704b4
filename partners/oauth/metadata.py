"""What the server publishes about itself: RFC 8414, RFC 9728, and the paths of its endpoints."""

from __future__ import annotations

from typing import Any

from partners.clients.key_sets import ALGORITHMS
from partners.clients.models import ClientAuthMethod
from partners.issuer import Issuer
from partners.oauth.shapes import GRANT_TYPES
from partners.scopes import Scope

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
INTROSPECTION_PATH = "/oauth/introspect"
REVOCATION_PATH = "/oauth/revoke"
JWKS_PATH = "/oauth/jwks"
SERVER_METADATA_PATH = "/.well-known/oauth-authorization-server"
RESOURCE_METADATA_PATH = "/.well-known/oauth-protected-resource/graphql"


def of_server(issuer: Issuer) -> dict[str, Any]:
    """The authorization server's metadata (RFC 8414); it has no authorization endpoint, hence no response types."""
    authentication = {
        f"{endpoint}_endpoint_auth_{what}_supported": values
        for endpoint in ("token", "introspection", "revocation")
        for what, values in (
            ("methods", [method.value for method in ClientAuthMethod]),
            ("signing_alg_values", list(ALGORITHMS)),
        )
    }
    return {
        "issuer": issuer.url,
        "token_endpoint": issuer.url + TOKEN_PATH,
        "introspection_endpoint": issuer.url + INTROSPECTION_PATH,
        "revocation_endpoint": issuer.url + REVOCATION_PATH,
        "jwks_uri": issuer.url + JWKS_PATH,
        "scopes_supported": [scope.value for scope in Scope],
        "response_types_supported": [],
        "grant_types_supported": list(GRANT_TYPES),
        "protected_resources": [issuer.api],
        **authentication,
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
    }
