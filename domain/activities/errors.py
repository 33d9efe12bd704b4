"""What activities refuse."""

from __future__ import annotations

from domain.earning.errors import InvalidCampaign
from domain.errors import Conflict, InvalidValue, NotFound


class InvalidActivity(InvalidCampaign):
    """The terms of an activity are malformed, or out of range; `path` names the part."""

    code = "INVALID_ACTIVITY"


class ActivityNotFound(NotFound):
    """There is no such activity, or none that is the viewer's to see."""

    code = "ACTIVITY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such activity", path=("activity",))


class ActivityStateConflict(Conflict):
    """The activity does not stand where this step begins."""

    code = "ACTIVITY_STATE_CONFLICT"

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        super().__init__(f"an activity that is {state} cannot be {wanted}", path=("activity",))


class ActivityAgreementMissing(Conflict):
    """A partner that shares the costs has not agreed to these terms."""

    code = "ACTIVITY_AGREEMENT_MISSING"

    def __init__(self, partners: int) -> None:
        super().__init__(f"{partners} of its partners have yet to agree to these very terms")


class ActivityClosed(Conflict):
    """Answers are taken no more."""

    code = "ACTIVITY_CLOSED"

    def __init__(self) -> None:
        super().__init__("answers to this activity are taken no more", path=("activity",))


class ActivityFull(Conflict):
    """There is no place left, and no waiting list."""

    code = "ACTIVITY_FULL"

    def __init__(self) -> None:
        super().__init__("there is no place left", path=("activity",))


class TooManyGuests(InvalidValue):
    """More guests than a member may bring."""

    code = "TOO_MANY_GUESTS"

    def __init__(self) -> None:
        super().__init__("you may bring fewer guests to this activity", path=("guests",))


class NotOnNow(Conflict):
    """The activity is not on at this moment."""

    code = "NOT_ON_NOW"

    def __init__(self) -> None:
        super().__init__("the activity is not on now; attendance is recorded while it is", path=("activity",))


class NoPlace(Conflict):
    """The member was not invited, and the activity is not open to it."""

    code = "NO_PLACE"

    def __init__(self) -> None:
        super().__init__("the member has no place at this activity", path=("member",))


class AttendanceCodeRefused(Conflict):
    """The code is not one of this activity's, or its minutes are over: both answer alike."""

    code = "ATTENDANCE_CODE_REFUSED"

    def __init__(self) -> None:
        super().__init__("this code is not valid, or no longer; scan the one that is shown now", path=("code",))
