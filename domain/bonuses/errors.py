"""What bonus schemes, their statements and reports of what was sold on are refused."""

from __future__ import annotations

from domain.earning.errors import InvalidCampaign
from domain.errors import Conflict, DomainError, NotFound


class InvalidBonusScheme(InvalidCampaign):
    """The terms of a bonus scheme are malformed, or out of range; `path` names the part."""

    code = "INVALID_BONUS_SCHEME"


class BonusSchemeNotFound(NotFound):
    """There is no such scheme, or none the viewer may see."""

    code = "BONUS_SCHEME_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such bonus scheme", path=("scheme",))


class BonusSchemeStateConflict(Conflict):
    """The scheme does not stand where this step begins."""

    code = "BONUS_SCHEME_STATE_CONFLICT"

    def __init__(self, state: str, step: str) -> None:
        self.state = state
        super().__init__(f"a scheme that is {state} cannot be {step}", path=("scheme",))


class BonusStatementNotFound(NotFound):
    """There is no such statement, or none the viewer may see."""

    code = "BONUS_STATEMENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such bonus statement", path=("statement",))


class InvalidSoldOnReport(DomainError):
    """A report of what was sold on is empty, too long, or not of the form."""

    code = "INVALID_SOLD_ON_REPORT"
