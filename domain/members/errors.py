"""Refusals about members."""

from __future__ import annotations

from domain.errors import Conflict, DomainError, NotFound
from domain.members.models import IdentifierKind


class MemberNotFound(NotFound):
    """Nobody the viewer may see is named by this."""

    code = "MEMBER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("No member is known by this. Check the card or id, or enrol the member.", path=("member",))


class AlreadyMember(Conflict):
    """The card, address or number names a member already; never whose it is."""

    code = "ALREADY_MEMBER"

    def __init__(self, kind: IdentifierKind) -> None:
        self.kind = kind
        super().__init__(
            f"This {kind.lower()} names a member already; find the member by it instead of enrolling again.",
            path=("identifiers",),
        )


class SameMember(Conflict):
    """A member cannot be merged with itself."""

    code = "SAME_MEMBER"

    def __init__(self) -> None:
        super().__init__("Both references name the same member.", path=("into",))


class ConsentNotFound(NotFound):
    """No such consent stands."""

    code = "CONSENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("No such consent stands.", path=("partner",))


class ConsentMissing(DomainError):
    """The member has not allowed the partner to see this."""

    code = "CONSENT_MISSING"

    def __init__(self) -> None:
        super().__init__("The member has not allowed you to see this; ask for consent first.")
