"""Refusals about clients, persons and sign-in, and the one answer to a request that cannot prove who is asking."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar

from domain.errors import Conflict, DomainError, Forbidden, InvalidValue, NotFound
from partners.scopes import Scope, written


class WrongAudience(Forbidden):
    """The scopes would do, but this is done by somebody else: a partner, a member, the coalition, or a person."""

    code = "WRONG_AUDIENCE"


class SignInTooOld(Forbidden):
    """An approval asks for a sign-in of the last five minutes."""

    code = "SIGN_IN_TOO_OLD"

    def __init__(self) -> None:
        super().__init__("An approval asks for a sign-in of the last five minutes; sign in again.")


class ScopeAboveCeiling(Forbidden):
    """A client was to get scopes that its partner, or any client, may not hold."""

    code = "SCOPE_ABOVE_CEILING"

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self.scopes = frozenset(scopes)
        super().__init__(
            f"These scopes are above the ceiling of this client: {written(self.scopes)}.", path=("scopes",)
        )


class UnknownScope(InvalidValue):
    """A scope's name is not in the catalogue."""

    code = "UNKNOWN_SCOPE"

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(words)
        named = ", ".join(self.words)
        super().__init__(f"There is no scope named {named}. docs/access.md lists them all.", path=("scopes",))


class KeyRequired(Forbidden):
    """A shared secret is not enough for these scopes outside the sandbox."""

    code = "KEY_REQUIRED"

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self.scopes = frozenset(scopes)
        super().__init__(
            f"Outside the sandbox {written(self.scopes)} needs a client that signs with its own key (private_key_jwt)."
        )


class DpopRequired(Forbidden):
    """Outside the sandbox tokens that move value are bound to a key of whoever holds them."""

    code = "DPOP_REQUIRED"

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self.scopes = frozenset(scopes)
        super().__init__(f"Outside the sandbox {written(self.scopes)} needs tokens that are bound to a key (DPoP).")


class InvalidKeySet(InvalidValue):
    """A client's public keys cannot be used."""

    code = "INVALID_KEY_SET"

    def __init__(self, message: str) -> None:
        super().__init__(message, path=("keys",))


class AddressRefused(InvalidValue):
    """An address that this server does not go to: malformed, or not one of the public internet's."""

    code = "ADDRESS_REFUSED"


class ClientRevoked(Conflict):
    """The client was revoked and stays so; create another."""

    code = "CLIENT_REVOKED"

    def __init__(self) -> None:
        super().__init__("This client was revoked and stays so. Create another one.")


class KeyTooYoung(Conflict):
    """The next signing key has not been published long enough for everyone to know it."""

    code = "KEY_TOO_YOUNG"


class WebhookNotFound(NotFound):
    """There is no such webhook or delivery, or none of the viewer's own."""

    code = "WEBHOOK_NOT_FOUND"

    def __init__(self, what: str = "webhook") -> None:
        super().__init__(f"There is no such {what}.")


class SubscriptionRefused(InvalidValue):
    """A webhook's document is not one subscription on events that can be run whenever something happens."""

    code = "SUBSCRIPTION_REFUSED"


class WebhookClientRefused(Forbidden):
    """A webhook was to act as a client that may not lend itself to whoever asks."""

    code = "WEBHOOK_CLIENT_REFUSED"


class WebhookNotActive(Conflict):
    """The webhook is paused or failing; it has to be resumed first."""

    code = "WEBHOOK_NOT_ACTIVE"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The webhook is not active: {reason} Resume it first.")


class TooManyWebhooks(Conflict):
    """A partner has as many webhooks as it may have."""

    code = "TOO_MANY_WEBHOOKS"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"A partner has at most {most} webhooks. Remove one, or let one hear more kinds of events.")


class GuessedTooOften(Forbidden):
    """The caller named too many cards, numbers or addresses that nobody has, or that somebody has already."""

    code = "THROTTLED"

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        """In how many seconds the caller may try again."""
        super().__init__(f"Too many cards, numbers or addresses were tried. Wait {retry_after} seconds.")


class RolesClash(InvalidValue):
    """One person was to prepare settlements and to approve them."""

    code = "ROLES_CLASH"

    def __init__(self) -> None:
        super().__init__("Who prepares a settlement does not approve one: give the roles to two.", path=("roles",))


class NotYourHouse(Forbidden):
    """People are invited by their own house's admins; the coalition invites a partner's first admin."""

    code = "NOT_YOUR_HOUSE"

    def __init__(self) -> None:
        super().__init__("A house invites its own people; the coalition invites a partner's admin while it has none.")


class OwnRoles(Forbidden):
    """Nobody changes their own roles, lets themselves go or invites themselves again."""

    code = "OWN_ROLES"

    def __init__(self) -> None:
        super().__init__("Another admin has to do this for you.")


class LastAdmin(Conflict):
    """Without this person nobody would look after the house's people."""

    code = "LAST_ADMIN"

    def __init__(self) -> None:
        super().__init__("This is the house's last admin. Make somebody else one first.")


class SignInRefused(DomainError):
    """A sign-in link is unknown, used or too old: all three answer alike."""

    code = "SIGN_IN_REFUSED"

    def __init__(self) -> None:
        super().__init__("This sign-in link does not work any more. Ask for a new one.")


class PasskeyRefused(DomainError):
    """A passkey was not accepted, or not what was asked for; why is told to nobody."""

    code = "PASSKEY_REFUSED"

    def __init__(self) -> None:
        super().__init__("This passkey was not accepted. Try again, or sign in another way.")


class TooManyPasskeys(Conflict):
    """Somebody keeps as many passkeys as anybody may."""

    code = "TOO_MANY_PASSKEYS"

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} passkeys already. Remove one first.")


class ProofRefused(DomainError):
    """An address, a password or a code is not right, used up or too old: all answer alike."""

    code = "PROOF_REFUSED"

    def __init__(self) -> None:
        super().__init__("That was not right. Check what you typed and try again.")


class Weakness(StrEnum):
    """What is wrong with a password somebody wants."""

    SHORT = "SHORT"
    LONG = "LONG"
    COMMON = "COMMON"
    OWN_NAME = "OWN_NAME"


class PasswordTooWeak(InvalidValue):
    """A password is one of those that are tried first."""

    code = "PASSWORD_TOO_WEAK"

    _SENTENCES: ClassVar[dict[Weakness, str]] = {
        Weakness.SHORT: "A password has at least 12 characters.",
        Weakness.LONG: "A password has at most 128 characters.",
        Weakness.COMMON: "This password is one of those that are tried first. Three unrelated words make a good one.",
        Weakness.OWN_NAME: "A password holds neither your name nor your e-mail address.",
    }

    def __init__(self, weakness: Weakness) -> None:
        self.weakness = weakness
        super().__init__(self._SENTENCES[weakness], path=("password",))


class LastWayIn(Conflict):
    """Without this credential its owner could not sign in any more."""

    code = "LAST_WAY_IN"

    def __init__(self) -> None:
        super().__init__("This is your last way to sign in. Set up another one first.")


class Unauthenticated(Exception):
    """The request claims an identity it cannot prove; the answer is HTTP `status` with `challenge` as WWW-Authenticate.

    Not a refusal of the domain: it is raised before anything is asked of it.
    """

    def __init__(self, challenge: str, *, status: int = 401, reason: str = "") -> None:
        self.challenge = challenge
        """The value of WWW-Authenticate (RFC 6750, RFC 9728)."""
        self.status = status
        """401, or 400 where the request contradicts itself."""
        self.reason = reason
        """For our log; says nothing about tokens."""
        super().__init__(reason or challenge)
