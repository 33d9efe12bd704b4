"""What a running server has of the world outside: its own address, the mail, and the way to addresses of others."""

from __future__ import annotations

from dataclasses import dataclass, field

from partners.clients.key_fetching import KeyFetcher
from partners.fetching import Outbound
from partners.issuer import Issuer
from partners.mail import Mailer, NoMailer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a request may need of it; without a server there is no mail, and keys are left to the worker."""

    issuer: Issuer = field(default_factory=lambda: Issuer("http://localhost:8000"))
    """In links that are handed out."""
    mailer: Mailer = field(default_factory=NoMailer)
    outbound: Outbound = field(default_factory=Outbound)
    key_fetcher: KeyFetcher | None = None
