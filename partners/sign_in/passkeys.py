"""Passkeys: what an authenticator is asked to sign, what it signed, and the keys one keeps (WebAuthn, level 3).

A challenge is good for one answer, right or wrong, from the browser that asked for it, within five minutes.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_authentication_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from domain.coalition.models import Partner, PartnerStatus
from domain.errors import InvalidValue, NotFound
from domain.ids import MemberId, PersonId, new_id
from domain.storage import ReadSession, WriteSession
from partners.errors import PasskeyRefused, TooManyPasskeys
from partners.issuer import Issuer
from partners.people.models import Person
from partners.sign_in.models import Passkey, PasskeyChallenge, PasskeyUser
from partners.sign_in.sessions import Subject

CHALLENGE_LIFETIME = timedelta(minutes=5)
CHALLENGE_BYTES = 32
HANDLE_BYTES = 32
LONGEST_CREDENTIAL_ID = 1023
LONGEST_NAME = 60
MOST_PASSKEYS = 20
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A passkey that was shown, and what that proves of its owner."""

    subject: Subject
    passkey_id: UUID
    methods: tuple[str, ...]
    """In the words of RFC 8176: which kind of key, and that its owner was there and unlocked it."""


class CounterWentBack(PasskeyRefused):
    """An authenticator counted fewer signatures than it had: there may be a copy of it. Told in the audit trail."""

    def __init__(self, passkey_id: UUID, subject: Subject, partner_id: UUID | None) -> None:
        self.passkey_id = passkey_id
        self.subject = subject
        self.partner_id = partner_id
        """The partner that the owner works for."""
        super().__init__()


async def ask_to_register(
    session: WriteSession,
    subject: Subject,
    *,
    issuer: Issuer,
    house: str,
    label: str,
    browser_hash: bytes,
    now: datetime,
) -> dict[str, Any]:
    """What a page gives to `navigator.credentials.create`; authenticators show the house and the label of the account.

    Raises: TooManyPasskeys.
    """
    known = await kept_by(session, subject)
    if len(known) >= MOST_PASSKEYS:
        raise TooManyPasskeys(MOST_PASSKEYS)
    options = generate_registration_options(
        rp_id=relying_party(issuer),
        rp_name=house,
        user_id=await _handle(session, subject),
        user_name=label,
        challenge=await _challenge(session, browser_hash, registers=True, now=now),
        timeout=int(CHALLENGE_LIFETIME.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        supported_pub_key_algs=ALGORITHMS,
    )
    return options_to_json_dict(options)


async def ask_to_show(session: WriteSession, *, issuer: Issuer, browser_hash: bytes, now: datetime) -> dict[str, Any]:
    """What a page gives to `navigator.credentials.get`: any passkey of ours will do, whosever it is."""
    options = generate_authentication_options(
        rp_id=relying_party(issuer),
        challenge=await _challenge(session, browser_hash, registers=False, now=now),
        timeout=int(CHALLENGE_LIFETIME.total_seconds() * 1000),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


async def answered(
    session: WriteSession, response: str, *, registers: bool, browser_hash: bytes, now: datetime
) -> bytes:
    """The challenge that a response answers; it is used up, so commit this before looking at the rest.

    Raises: PasskeyRefused, for one that is unknown, used, too old, another browser's or asked for something else.
    """
    challenge = _read(lambda: _challenge_in(response))
    taken = await session.execute(
        delete(PasskeyChallenge)
        .where(
            col(PasskeyChallenge.challenge_hash) == hashlib.sha256(challenge).digest(),
            col(PasskeyChallenge.browser_hash) == browser_hash,
            col(PasskeyChallenge.registers).is_(registers),
            col(PasskeyChallenge.expires_at) > now,
        )
        .returning(col(PasskeyChallenge.challenge_hash))
    )
    if taken.one_or_none() is None:
        raise PasskeyRefused
    return challenge


async def register(
    session: WriteSession,
    subject: Subject,
    response: str,
    *,
    name: str,
    challenge: bytes,
    issuer: Issuer,
    now: datetime,
) -> Passkey:
    """Keep a new passkey; the challenge is what `answered` gave.

    Raises: PasskeyRefused, InvalidValue.
    """
    named = name.strip()
    if not 1 <= len(named) <= LONGEST_NAME or not named.isprintable():
        raise InvalidValue(f"A name has between 1 and {LONGEST_NAME} printable characters.", path=("name",))
    made = _read(
        lambda: verify_registration_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=relying_party(issuer),
            expected_origin=issuer.url,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
    )
    _read(lambda: decoded_public_key_to_cryptography(decode_credential_public_key(made.credential_public_key)))
    if not 1 <= len(made.credential_id) <= LONGEST_CREDENTIAL_ID:
        raise PasskeyRefused
    passkey = {
        "passkey_id": new_id(),
        "handle": await _handle(session, subject),
        "credential_id": made.credential_id,
        "public_key": made.credential_public_key,
        "sign_count": made.sign_count,
        "synced": made.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
        "name": named,
        "created_at": now,
    }
    kept = await session.execute(
        insert(Passkey).values(passkey).on_conflict_do_nothing(index_elements=["credential_id"]).returning(Passkey)
    )
    row = kept.scalar_one_or_none()
    if row is None:
        raise PasskeyRefused
    return row


async def show(session: WriteSession, response: str, *, challenge: bytes, issuer: Issuer, now: datetime) -> Shown:
    """Whose passkey signed the challenge, which is what `answered` gave.

    Raises: PasskeyRefused; CounterWentBack, where the signature is right but may be a copy's.
    """
    shown = _read(lambda: parse_authentication_credential_json(response))
    found = await session.execute(_letting_in().where(col(Passkey.credential_id) == shown.raw_id))
    row = found.one_or_none()
    if row is None or shown.response.user_handle != row.PasskeyUser.handle:
        raise PasskeyRefused
    passkey, subject = row.Passkey, _subject(row.PasskeyUser)
    proven = _read(
        lambda: verify_authentication_response(
            credential=shown,
            expected_challenge=challenge,
            expected_rp_id=relying_party(issuer),
            expected_origin=issuer.url,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # the count is compared below, once the signature is known to be right
            require_user_verification=True,
        )
    )
    count = proven.new_sign_count
    counted = await session.execute(
        update(Passkey)
        .where(
            col(Passkey.passkey_id) == passkey.passkey_id,
            or_(col(Passkey.sign_count) < count, (col(Passkey.sign_count) == 0) & (count == 0)),
        )
        .values(sign_count=count, last_used_at=now)
        .returning(col(Passkey.passkey_id))
    )
    if counted.one_or_none() is None:
        raise CounterWentBack(passkey.passkey_id, subject, row.partner_id)
    kind = "swk" if passkey.synced else "hwk"
    return Shown(subject=subject, passkey_id=passkey.passkey_id, methods=(kind, "user", "mfa"))


async def kept_by(session: ReadSession, subject: Subject) -> list[Passkey]:
    """The passkeys of a person or member, oldest first."""
    found = await session.scalars(
        select(Passkey)
        .join(PasskeyUser, col(PasskeyUser.handle) == Passkey.handle)
        .where(owned_by(subject))
        .order_by(col(Passkey.created_at), col(Passkey.passkey_id))
    )
    return list(found)


async def remove(session: WriteSession, subject: Subject, passkey_id: UUID) -> Passkey:
    """Let a passkey open nothing any more; whether another way in is left is for the caller to know.

    Raises: NotFound.
    """
    own = select(PasskeyUser.handle).where(owned_by(subject))
    gone = await session.execute(
        delete(Passkey).where(col(Passkey.passkey_id) == passkey_id, col(Passkey.handle).in_(own)).returning(Passkey)
    )
    row = gone.scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such passkey.")
    return row


def relying_party(issuer: Issuer) -> str:
    """The name that passkeys are bound to: the issuer's host, without a port."""
    return urlsplit(issuer.url).hostname or ""


async def _handle(session: WriteSession, subject: Subject) -> bytes:
    """The random name of a subject; it is made once, however many ask."""
    await session.execute(
        insert(PasskeyUser)
        .values(handle=secrets.token_bytes(HANDLE_BYTES), person_id=subject.person_id, member_id=subject.member_id)
        .on_conflict_do_nothing()
    )
    return (await session.execute(select(PasskeyUser.handle).where(owned_by(subject)))).scalar_one()


async def _challenge(session: WriteSession, browser_hash: bytes, *, registers: bool, now: datetime) -> bytes:
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    session.add(
        PasskeyChallenge(
            challenge_hash=hashlib.sha256(challenge).digest(),
            browser_hash=browser_hash,
            registers=registers,
            expires_at=now + CHALLENGE_LIFETIME,
        )
    )
    return challenge


def _challenge_in(response: str) -> bytes:
    said = orjson.loads(base64url_to_bytes(orjson.loads(response)["response"]["clientDataJSON"]))
    if said.get("crossOrigin"):
        raise PasskeyRefused  # another site's frame: ours are in none
    return base64url_to_bytes(said["challenge"])


def _letting_in() -> Any:
    """Passkeys with their owners, where these may sign in at all."""
    return (
        select(Passkey, PasskeyUser, Person.partner_id)
        .join(PasskeyUser, col(PasskeyUser.handle) == Passkey.handle)
        .outerjoin(Person, col(Person.person_id) == PasskeyUser.person_id)
        .outerjoin(Partner, col(Partner.partner_id) == Person.partner_id)
        .where(
            or_(
                col(Person.active) & (func.coalesce(Partner.status, "") != PartnerStatus.CLOSED),
                func.wallet_signed_in(PasskeyUser.member_id).is_not(None),
            )
        )
    )


def owned_by(subject: Subject) -> ColumnElement[bool]:
    """Which name of authenticators is the subject's."""
    if subject.person_id is not None:
        return col(PasskeyUser.person_id) == subject.person_id
    return col(PasskeyUser.member_id) == subject.member_id


def _subject(user: PasskeyUser) -> Subject:
    return Subject(
        person_id=PersonId(user.person_id) if user.person_id else None,
        member_id=MemberId(user.member_id) if user.member_id else None,
    )


def _read(reading: Callable[[], T]) -> T:
    """What a stranger's bytes say. Raises: PasskeyRefused, whatever the parsers make of them."""
    try:
        return reading()
    except Exception as unreadable:  # parsers of CBOR, COSE and JSON raise all sorts; none is our fault
        raise PasskeyRefused from unreadable
