"""Refusals about members."""

from __future__ import annotations

from collections.abc import Iterable

from domain.errors import Conflict, DomainError, NotFound
from domain.members.models import ConsentPurpose, IdentifierKind


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


class MembersOwnAct(DomainError):
    """A partner wrote down a consent that only the member itself can give."""

    code = "MEMBERS_OWN_ACT"

    def __init__(self, purposes: Iterable[ConsentPurpose], *, named: str = "purposes") -> None:
        self.purposes = frozenset(purposes)
        super().__init__(
            f"{' and '.join(sorted(self.purposes))} is allowed by the member itself, signed in on our page;"
            " at the counter the member shows a card or a code.",
            path=(named,),
        )
