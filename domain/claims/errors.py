"""What claims refuse."""

from __future__ import annotations

from domain.earning.errors import InvalidCampaign
from domain.errors import Conflict, NotFound


class InvalidClaimTerms(InvalidCampaign):
    """The terms of a claim programme are malformed, or out of range; `path` names the part."""

    code = "INVALID_CLAIM_TERMS"


class InvalidClaim(InvalidCampaign):
    """A claim does not say what its programme asks for; `path` names the part."""

    code = "INVALID_CLAIM"


class ClaimProgrammeNotFound(NotFound):
    """There is no such claim programme, none that is open, or none the viewer may see."""

    code = "CLAIM_PROGRAMME_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such claim programme that is open to you", path=("programme",))


class ClaimNotFound(NotFound):
    """There is no such claim, or none the viewer may see."""

    code = "CLAIM_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such claim", path=("claim",))


class ClaimProgrammeStateConflict(Conflict):
    """The programme does not stand where this step begins."""

    code = "CLAIM_PROGRAMME_STATE_CONFLICT"

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        super().__init__(f"a claim programme that is {state} cannot be {wanted}", path=("programme",))


class ClaimStateConflict(Conflict):
    """The claim does not stand where this step begins."""

    code = "CLAIM_STATE_CONFLICT"

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        super().__init__(f"a claim that is {state} cannot be {wanted}", path=("claim",))


class ClaimTooLate(Conflict):
    """What is claimed happened too long ago, or the time to object is over."""

    code = "CLAIM_TOO_LATE"

    def __init__(self, days: int, what: str = "claimed") -> None:
        self.days = days
        super().__init__(f"this is {what} within {days} days", path=("happenedAt",))


class ProofTaken(Conflict):
    """The same serial, receipt or document was claimed before, by whomever."""

    code = "PROOF_TAKEN"

    def __init__(self) -> None:
        super().__init__("this proof was claimed already", path=("proof",))


class ProofUnknown(Conflict):
    """The maker has given a list of serials, and this is none of them."""

    code = "PROOF_UNKNOWN"

    def __init__(self) -> None:
        super().__init__("there is no product with this serial; check its letters and digits", path=("proof", "serial"))


class ClaimLimitReached(Conflict):
    """The member has claimed as much as the programme pays for in its period."""

    code = "CLAIM_LIMIT_REACHED"

    def __init__(self) -> None:
        super().__init__("you have claimed all that this programme pays for in its period", path=("units",))


class ClaimNotForYou(Conflict):
    """The programme is for other members: business members, say, or those who sell."""

    code = "CLAIM_NOT_FOR_YOU"

    def __init__(self, why: str = "this programme is for others") -> None:
        super().__init__(why, path=("programme",))


class OutletNeeded(Conflict):
    """The seller sells at several outlets; which one is not said."""

    code = "OUTLET_NEEDED"

    def __init__(self) -> None:
        super().__init__("you sell at several outlets; name the one", path=("outlet",))


class EmployerForbids(Conflict):
    """The employer lets this maker reward its staff for nothing, or not for this article."""

    code = "EMPLOYER_FORBIDS"

    def __init__(self) -> None:
        super().__init__("your employer does not let this maker reward you for this", path=("programme",))


class MonthIsFull(Conflict):
    """The seller has registered as many units of this maker this month as the employer allows."""

    code = "MONTH_IS_FULL"

    def __init__(self) -> None:
        super().__init__("your employer allows no more units of this maker this month", path=("units",))


class CertificateNeeded(Conflict):
    """The programme pays those alone who hold a valid certificate of its course."""

    code = "CERTIFICATE_NEEDED"

    def __init__(self) -> None:
        super().__init__("pass the course of this programme first", path=("programme",))


class OwnPurchase(Conflict):
    """The buyer is the seller, or of the seller's household."""

    code = "OWN_PURCHASE"

    def __init__(self) -> None:
        super().__init__("what you buy yourself is no sale of yours", path=("proof", "receipt"))


class SecondApproverNeeded(Conflict):
    """A claim of this size is approved by two persons, and this one has approved it already."""

    code = "SECOND_APPROVER_NEEDED"

    def __init__(self) -> None:
        super().__init__("somebody else has to approve this claim as well; sign in as another person", path=("claim",))
