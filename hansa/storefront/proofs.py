"""Proofs of possession (RFC 9449): a token that is bound to a key is worth nothing to whoever steals it."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from joserfc import jwt
from joserfc.jwk import ECKey

ALGORITHM = "ES256"


@dataclass(frozen=True, slots=True)
class ProofKey:
    """A key that tokens are bound to: one for each process, or one kept with each member's link."""

    key: ECKey = field(repr=False)

    @classmethod
    def new(cls) -> ProofKey:
        """A fresh key."""
        return cls(ECKey.generate_key("P-256"))

    @classmethod
    def read(cls, written: str) -> ProofKey:
        """A key that was kept."""
        return cls(ECKey.import_key(json.loads(written)))

    def written(self) -> str:
        """The key in a form to keep, as carefully as a password."""
        return json.dumps(self.key.as_dict(private=True))

    def proof(self, method: str, url: str, *, token: str | None = None) -> str:
        """The value of the `DPoP` header for one request, good once and for a moment; with the token it comes with."""
        header = {"typ": "dpop+jwt", "alg": ALGORITHM, "jwk": self.key.as_dict(private=False)}
        claims = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time())}
        if token is not None:
            claims["ath"] = urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        return jwt.encode(header, claims, self.key, algorithms=[ALGORITHM])
