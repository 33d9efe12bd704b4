"""The errors of the protocol, by their RFC names, in the form Authlib answers with."""

# mypy: disable-error-code="import-untyped, misc"

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError

from partners.oauth.shapes import GRANT_TYPES, answering


class InvalidClient(InvalidClientError):
    """Always 401 with a challenge that names the realm, as HTTP asks."""

    status_code = 401

    def get_headers(self) -> list[tuple[str, str]]:
        """Answer in JSON, not to be stored, with the challenge."""
        return [
            ("Cache-Control", "no-store"),
            ("WWW-Authenticate", f'Basic realm="{answering.get().issuer.url}", charset="UTF-8"'),
        ]


class UnsupportedGrantType(OAuth2Error):
    """A grant type we do not have; unlike Authlib's, it does not send the word back."""

    error = "unsupported_grant_type"
    description = f"grant_type is one of {', '.join(GRANT_TYPES)} here."


class UnsupportedResponseType(OAuth2Error):
    """Only codes are given out; unlike Authlib's, it does not send the word back."""

    error = "unsupported_response_type"
    description = "response_type is code here."


class InvalidTarget(OAuth2Error):
    """The request wants a token for another resource (RFC 8707)."""

    error = "invalid_target"
    description = "Tokens of this server are for its own API alone."


class InvalidProof(OAuth2Error):
    """The proof of the client's key is missing or proves nothing (RFC 9449)."""

    error = "invalid_dpop_proof"


class RequestNotSupported(OAuth2Error):
    """The request comes as a signed object (RFC 9101)."""

    error = "request_not_supported"
    description = "Push the parameters as they are (RFC 9126); signed request objects are not taken."


class InvalidRequestUri(OAuth2Error):
    """The pushed request is unknown, another client's, used up or too old."""

    error = "invalid_request_uri"
    description = "This request is unknown, was answered, or is too old. Begin again."


class LoginRequired(OAuth2Error):
    """The member has to sign in first, and the request asked for no page."""

    error = "login_required"
    description = "The member is not signed in here, or not freshly enough."


class ConsentRequired(OAuth2Error):
    """The member has to be asked, and the request asked for no page."""

    error = "consent_required"
    description = "The member has not granted this client all of it yet."
