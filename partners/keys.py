"""One secret of the installation, and the keys derived from it, one for each purpose."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_SECRET_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """The derived keys, 32 bytes each; none can be computed from another, nor the secret from any."""

    global_ids: bytes
    """Encrypts the ids that the API shows."""
    cursors: bytes
    """Authenticates the cursors of lists."""
    personal_data: bytes
    """Wraps each member's own key."""
    lookups: bytes
    """Hashes e-mail addresses, phone and card numbers so that they can be found without being stored."""
    signing_keys: bytes
    """Seals the private keys that sign access tokens."""
    browser: bytes
    """Makes the token a signed-in page proves itself with."""
    authenticators: bytes
    """Seals the secrets that authenticators share with us."""
    recovery_codes: bytes
    """Hashes the codes for signing in without an authenticator."""
    refresh_tokens: bytes
    """Makes the successor of a refresh token, so that it can be told again without being stored."""
    webhooks: bytes
    """Seals the secrets that sign webhooks."""
    messages: bytes
    """Seals the addresses by which mail can be ended without signing in."""


def derive(material: bytes) -> Keys:
    """All keys of an installation from its secret; the same secret always gives the same keys.

    Raises: ValueError, for a secret that could be guessed.
    """
    if len(material) < SHORTEST_SECRET_BYTES or len(set(material)) < SHORTEST_SECRET_BYTES // 4:
        message = f"The secret key needs at least {SHORTEST_SECRET_BYTES} random bytes."
        raise ValueError(message)
    return Keys(
        global_ids=_derived(material, "global ids"),
        cursors=_derived(material, "cursors"),
        personal_data=_derived(material, "personal data"),
        lookups=_derived(material, "lookups"),
        signing_keys=_derived(material, "signing keys"),
        browser=_derived(material, "browser"),
        authenticators=_derived(material, "authenticators"),
        recovery_codes=_derived(material, "recovery codes"),
        refresh_tokens=_derived(material, "refresh tokens"),
        webhooks=_derived(material, "webhooks"),
        messages=_derived(material, "messages"),
    )


def seal(key: bytes, plain: bytes, *, name: str) -> bytes:
    """Encrypt a value so that it opens only under the same key and the same name (AES-256-GCM)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, name.encode())


def unseal(key: bytes, sealed: bytes, *, name: str) -> bytes:
    """The value that was sealed.

    Raises: SealBroken, if the key, the name or a single bit differs.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError):
        raise SealBroken(name) from None


class SealBroken(Exception):
    """A sealed value does not open: another secret key, or a changed byte."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was sealed with another secret key. Start with the secret key of this database.")


def _derived(material: bytes, purpose: str) -> bytes:
    # The salt is fixed: the secret is random already, and every server has to reach the same keys.
    return HKDF(algorithm=SHA256(), length=32, salt=b"hansa 1", info=purpose.encode()).derive(material)
