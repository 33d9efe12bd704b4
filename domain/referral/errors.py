"""What referral refuses."""

from __future__ import annotations

from domain.earning.errors import InvalidCampaign
from domain.errors import Conflict, NotFound


class InvalidReferral(InvalidCampaign):
    """The terms of a referral programme are malformed, or out of range; `path` names the part."""

    code = "INVALID_REFERRAL"


class ReferralProgrammeNotFound(NotFound):
    """There is no such referral programme, or none the viewer may see."""

    code = "REFERRAL_PROGRAMME_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such referral programme", path=("programme",))


class ReferralStateConflict(Conflict):
    """The programme does not stand where this step begins."""

    code = "REFERRAL_STATE_CONFLICT"

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        super().__init__(f"a programme that is {state} cannot be {wanted}", path=("programme",))


class OneReferralProgramme(Conflict):
    """Another programme of the same owner is live."""

    code = "ONE_REFERRAL_PROGRAMME"

    def __init__(self) -> None:
        super().__init__("one programme of yours is live already; end it first, or draw up its next version")


class NoReferralProgramme(NotFound):
    """No programme is open to the member now."""

    code = "NO_REFERRAL_PROGRAMME"

    def __init__(self) -> None:
        super().__init__("there is no referral programme that you can take part in now", path=("programme",))


class ReferralCodeNotFound(NotFound):
    """Nobody's code is written so, or its programme is over: both answer alike."""

    code = "REFERRAL_CODE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("no open invitation has this code; check its letters and digits", path=("referralCode",))


class AlreadyReferred(Conflict):
    """The member came by another invitation, which counts."""

    code = "ALREADY_REFERRED"

    def __init__(self) -> None:
        super().__init__("another invitation counts for you already; only one does", path=("referralCode",))
