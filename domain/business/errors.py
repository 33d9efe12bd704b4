"""What business members and those who serve them are refused."""

from __future__ import annotations

from domain.errors import Conflict, DomainError, Forbidden, NotFound


class InvalidBusiness(DomainError):
    """What is said of a firm, its users or a group of firms is malformed."""

    code = "INVALID_BUSINESS"


class BusinessNotFound(NotFound):
    """There is no such firm, or none that the viewer serves or acts for."""

    code = "BUSINESS_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such firm that you serve or act for", path=("business",))


class BusinessNumbersDiffer(Conflict):
    """One of the numbers is another firm's, or stands with another number."""

    code = "BUSINESS_NUMBERS_DIFFER"

    def __init__(self) -> None:
        super().__init__(
            "the registration and VAT numbers do not belong to one firm as it is known; check both",
            path=("registrationNumber",),
        )


class BusinessCardNeeded(Conflict):
    """The firm is a member already, and the partner has not shown that the firm came to it."""

    code = "BUSINESS_CARD_NEEDED"

    def __init__(self) -> None:
        super().__init__("the firm is a member already; name the card that it shows you", path=("cardNumber",))


class BusinessStateConflict(Conflict):
    """How the partner stands to the firm does not allow this step."""

    code = "BUSINESS_STATE_CONFLICT"

    def __init__(self, state: str, step: str) -> None:
        self.state = state
        super().__init__(f"a firm that is {state.lower()} with you cannot be {step}", path=("business",))


class BusinessRoleMissing(Forbidden):
    """The user's role does not allow this."""

    code = "BUSINESS_ROLE_MISSING"

    def __init__(self, needed: str) -> None:
        self.needed = needed
        super().__init__(f"this takes another role at the firm: {needed}", path=("business",))


class OwnersInvite(Forbidden):
    """Only the firm's owners invite, once it has one; the first is invited by the partner that registered it."""

    code = "OWNERS_INVITE"

    def __init__(self) -> None:
        super().__init__(
            "the partner that registered the firm invites its first owner; from then on its owners invite",
            path=("role",),
        )


class BusinessInvitationNotFound(NotFound):
    """The invitation was taken, is over, or never was."""

    code = "BUSINESS_INVITATION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("no open invitation has this token; ask the firm for a new one", path=("token",))


class AlreadyBusinessUser(Conflict):
    """The member acts for the firm already."""

    code = "ALREADY_BUSINESS_USER"

    def __init__(self) -> None:
        super().__init__("you act for this firm already; an owner changes your role", path=("token",))


class BusinessUserNotFound(NotFound):
    """There is no such user of a firm that the viewer is an owner of."""

    code = "BUSINESS_USER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such user of a firm of yours", path=("user",))


class LastOwner(Conflict):
    """A firm keeps an owner."""

    code = "LAST_OWNER"

    def __init__(self) -> None:
        super().__init__("a firm keeps an owner; make somebody else one first", path=("user",))


class TooManyBusinessUsers(Conflict):
    """A firm has at most a hundred users and open invitations."""

    code = "TOO_MANY_BUSINESS_USERS"

    def __init__(self) -> None:
        super().__init__("a firm has at most 100 users and open invitations; remove some first", path=("business",))


class BuyerUnknown(NotFound):
    """The person does not act for the firm whose purchase it is, or it is not of this partner."""

    code = "BUYER_UNKNOWN"

    def __init__(self) -> None:
        super().__init__("this is no purchase at your tills by a firm that this person acts for", path=("buyer",))
