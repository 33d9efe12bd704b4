"""The server's own address, as configured: every URL it publishes is built from it, never from a request."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Issuer:
    """The authorization server's identifier (RFC 8414): an https origin, or http on this machine for trying out."""

    url: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if self.url != f"{parts.scheme}://{parts.netloc}" or not parts.hostname or "@" in parts.netloc:
            message = f"The issuer is an origin such as https://api.example.org, without a path, not {self.url!r}."
            raise ValueError(message)
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
            message = f"The issuer is an https address; http is for this machine only, not {self.url!r}."
            raise ValueError(message)

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over https."""
        return self.url.startswith("https://")

    @property
    def api(self) -> str:
        """The one resource its tokens are for."""
        return self.url + "/graphql"

    @property
    def resource_metadata(self) -> str:
        """Where the API says which server issues its tokens (RFC 9728)."""
        return self.url + "/.well-known/oauth-protected-resource/graphql"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
