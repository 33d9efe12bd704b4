"""What selling refuses."""

from __future__ import annotations

from datetime import datetime

from domain.earning.errors import InvalidCampaign
from domain.errors import Conflict, InvalidValue, NotFound


class InvalidSeller(InvalidValue):
    """Something said of a seller or of a permission is malformed or out of range; `path` names the part."""

    code = "INVALID_SELLER"


class SellerNotFound(NotFound):
    """There is no such seller, or none the viewer may see."""

    code = "SELLER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such seller", path=("seller",))


class SellsThereAlready(Conflict):
    """The member sells at this outlet already, or was proposed: for one employer at a time."""

    code = "SELLS_THERE_ALREADY"

    def __init__(self) -> None:
        super().__init__("the member sells there already, or was proposed to; end that first", path=("outlet",))


class SellerStateConflict(Conflict):
    """The seller does not stand where this step begins."""

    code = "SELLER_STATE_CONFLICT"

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        super().__init__(f"a seller that is {state} cannot be {wanted}", path=("seller",))


class SellerPermissionNotFound(NotFound):
    """This maker may not reward the employer's staff as it is."""

    code = "SELLER_PERMISSION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no permission for this maker", path=("maker",))


class InvalidCourse(InvalidCampaign):
    """The terms of a course are malformed, or out of range; `path` names the part."""

    code = "INVALID_COURSE"


class CourseNotFound(NotFound):
    """There is no such course, none that is open, or none the viewer may see."""

    code = "COURSE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such course that is open to you", path=("course",))


class CourseStateConflict(Conflict):
    """The course does not stand where this step begins."""

    code = "COURSE_STATE_CONFLICT"

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        super().__init__(f"a course that is {state} cannot be {wanted}", path=("course",))


class AlreadyCertified(Conflict):
    """The member holds a certificate of this course, and it is too early to renew it."""

    code = "ALREADY_CERTIFIED"

    def __init__(self, renewable_from: datetime | None) -> None:
        self.renewable_from = renewable_from
        when = ", for good" if renewable_from is None else f"; it can be renewed from {renewable_from:%Y-%m-%d}"
        super().__init__(f"you hold its certificate already{when}", path=("course",))


class QuizNotYet(Conflict):
    """The waiting time after an attempt that failed is not over."""

    code = "QUIZ_NOT_YET"

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"try again from {until:%Y-%m-%d %H:%M} UTC", path=("course",))


class NoAttemptLeft(Conflict):
    """The member has used all attempts at this version of the course."""

    code = "NO_ATTEMPT_LEFT"

    def __init__(self) -> None:
        super().__init__("you have used all attempts at this course", path=("course",))


class AttemptNotFound(NotFound):
    """There is no such attempt of the member's."""

    code = "ATTEMPT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such attempt of yours", path=("attempt",))


class AttemptOver(Conflict):
    """The attempt was answered already with other answers, or its time is over."""

    code = "ATTEMPT_OVER"

    def __init__(self, why: str = "this attempt was answered already") -> None:
        super().__init__(f"{why}; start another", path=("attempt",))


class InvalidAnswers(InvalidValue):
    """The answers are not to what was asked; `path` names the part."""

    code = "INVALID_ANSWERS"
