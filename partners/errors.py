"""Refusals about clients, persons and sign-in, and the one answer to a request that cannot prove who is asking."""

from __future__ import annotations

from collections.abc import Iterable

from domain.errors import Conflict, DomainError, Forbidden, InvalidValue
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
        super().__init__(f"These scopes are above the ceiling of this client: {written(self.scopes)}.")


class UnknownScope(InvalidValue):
    """A scope's name is not in the catalogue."""

    code = "UNKNOWN_SCOPE"

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(words)
        super().__init__(f"There is no scope named {', '.join(self.words)}. docs/access.md lists them all.")


class KeyRequired(Forbidden):
    """A shared secret is not enough for these scopes outside the sandbox."""

    code = "KEY_REQUIRED"

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self.scopes = frozenset(scopes)
        super().__init__(
            f"Outside the sandbox {written(self.scopes)} needs a client that signs with its own key (private_key_jwt)."
        )


class InvalidKeySet(InvalidValue):
    """A client's public keys cannot be used."""

    code = "INVALID_KEY_SET"


class ClientRevoked(Conflict):
    """The client was revoked and stays so; create another."""

    code = "CLIENT_REVOKED"

    def __init__(self) -> None:
        super().__init__("This client was revoked and stays so. Create another one.")


class KeyTooYoung(Conflict):
    """The next signing key has not been published long enough for everyone to know it."""

    code = "KEY_TOO_YOUNG"


class SignInRefused(DomainError):
    """A sign-in link is unknown, used or too old: all three answer alike."""

    code = "SIGN_IN_REFUSED"

    def __init__(self) -> None:
        super().__init__("This sign-in link does not work any more. Ask for a new one.")


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
