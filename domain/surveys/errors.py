"""What surveys refuse."""

from __future__ import annotations

from domain.earning.errors import InvalidCampaign
from domain.errors import Conflict, DomainError, NotFound


class InvalidSurvey(InvalidCampaign):
    """The terms of a survey are malformed, out of range, or do not fit together; `path` names question and part."""

    code = "INVALID_SURVEY"


class SurveyNotFound(NotFound):
    """There is no such survey, or none the viewer may see."""

    code = "SURVEY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such survey", path=("survey",))


class SurveyStateConflict(Conflict):
    """The survey's state does not allow this step."""

    code = "SURVEY_STATE_CONFLICT"

    def __init__(self, state: str, step: str) -> None:
        self.state = state
        self.step = step
        super().__init__(f"a survey that is {state} cannot be {step}", path=("survey",))


class InvalidAnswer(DomainError):
    """An answer does not fit its question; `path` names the question."""

    code = "INVALID_ANSWER"

    def __init__(self, question: str, problem: str) -> None:
        self.question = question
        super().__init__(f"{question}: {problem}", path=("answers", question))


class SurveyNotOpen(Conflict):
    """The survey takes no answers from this member now."""

    code = "SURVEY_NOT_OPEN"

    def __init__(self, why: str) -> None:
        super().__init__(f"the survey takes no answers now: {why}", path=("survey",))


class AlreadyAnswered(Conflict):
    """The member has answered: each survey is answered once, or once each time it was asked."""

    code = "ALREADY_ANSWERED"

    def __init__(self) -> None:
        super().__init__("this survey has been answered; thank you, once is enough", path=("survey",))


class AskingNotFound(NotFound):
    """The member was not asked this, or not any more."""

    code = "ASKING_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("the member was not asked this survey, or the offer is over", path=("asking",))


class SurveyNameTaken(Conflict):
    """Another survey of the same owner has this name."""

    code = "SURVEY_NAME_TAKEN"

    def __init__(self) -> None:
        super().__init__("another survey of yours has this name; names of surveys stay", path=("terms", "name"))
