"""An authenticator in software: it signs what a page asks, or what a test wants wrong."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

ES256, EDDSA, RS256 = -7, -8, -257
PRESENT, VERIFIED, SYNCED, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def a_key(algorithm: int) -> Key:
    """A key pair of an algorithm's kind."""
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == RS256:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class SoftAuthenticator:
    """Keeps one passkey; what it answers can be made wrong, piece by piece."""

    origin: str
    rp_id: str = "localhost"
    algorithm: int = ES256
    flags: int = PRESENT | VERIFIED
    count: int = 0
    """How many signatures it has made; None of them is told where it stays 0."""
    counts: bool = True
    cross_origin: bool = False
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        self.key = a_key(self.algorithm)

    def create(self, options: dict[str, Any], **wrong: Any) -> str:
        """Answer `navigator.credentials.create`, without attestation."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        attested = (
            bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + encode_cbor(self.cose())
        )
        data = self._data(self.flags | ATTESTED) + attested
        attestation = wrong.get("attestation", encode_cbor({"fmt": "none", "attStmt": {}, "authData": data}))
        told = self._told("webauthn.create", options["challenge"])
        return self._written({"clientDataJSON": told, "attestationObject": attestation})

    def get(self, options: dict[str, Any], **wrong: Any) -> str:
        """Answer `navigator.credentials.get`."""
        self.count += self.counts
        data = wrong.get("data", self._data(self.flags))
        told = self._told("webauthn.get", options["challenge"])
        response = {"clientDataJSON": told, "authenticatorData": data, "userHandle": self.handle}
        signature = wrong.get("signature", self._signed(data + hashlib.sha256(told).digest()))
        return self._written({**response, "signature": signature, **wrong.get("response", {})})

    def cose(self) -> dict[int, Any]:
        """The public key as authenticators write it (RFC 9052)."""
        public = self.key.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            return {1: 1, 3: self.algorithm, -1: 6, -2: public.public_bytes_raw()}
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            return {1: 3, 3: self.algorithm, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}
        point = public.public_numbers()
        return {1: 2, 3: self.algorithm, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}

    def _told(self, what: str, challenge: str) -> bytes:
        told = {"type": what, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return json.dumps(told).encode()

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _signed(self, what: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(what)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(what, padding.PKCS1v15(), SHA256())
        return self.key.sign(what, ec.ECDSA(SHA256()))

    def _written(self, response: dict[str, bytes | None]) -> str:
        named = bytes_to_base64url(self.credential_id)
        parts = {name: bytes_to_base64url(part) for name, part in response.items() if part is not None}
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": parts})
