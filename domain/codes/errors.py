"""What on-pack codes refuse."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.errors import Conflict, DomainError, InvalidValue, NotFound


class InvalidBatch(InvalidValue):
    """An order of codes is malformed, or out of range; `path` names the part."""

    code = "INVALID_BATCH"


class BatchNotFound(NotFound):
    """There is no such batch, or none the viewer may see."""

    code = "BATCH_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such batch of codes", path=("batch",))


class BatchStateConflict(Conflict):
    """The batch does not stand where this step begins."""

    code = "BATCH_STATE_CONFLICT"

    def __init__(self, state: str, wanted: str) -> None:
        self.state = state
        super().__init__(f"a batch that is {state} cannot be {wanted}", path=("batch",))


class PrintedBefore(Conflict):
    """The codes were given out before; a second time needs a reason, which the audit trail keeps."""

    code = "PRINTED_BEFORE"

    def __init__(self) -> None:
        super().__init__("these codes were printed before; say why they are printed again", path=("reason",))


class CodeMistyped(InvalidValue):
    """What was typed cannot be a code: its length, a character or the check character is wrong. Nothing was asked."""

    code = "CODE_MISTYPED"

    def __init__(self) -> None:
        super().__init__("this is not how a code is written; compare it with the pack", path=("code",))


class CodeNotAccepted(DomainError):
    """The one answer to every code that is not taken, whatever speaks against it."""

    code = "CODE_NOT_ACCEPTED"

    def __init__(self) -> None:
        super().__init__("this code is not accepted", path=("code",))


class EnoughCodes(Conflict):
    """The member has entered as many codes of this batch as may be."""

    code = "ENOUGH_CODES"

    def __init__(self, again_at: datetime | None = None) -> None:
        self.again_at = again_at
        later = "" if again_at is None else "; the next ones count from tomorrow on"
        super().__init__(f"you have entered as many of these codes as count{later}", path=("code",))


class SurveyWanted(Conflict):
    """A survey is to be answered before the code counts."""

    code = "SURVEY_WANTED"

    def __init__(self, survey_id: UUID) -> None:
        self.survey_id = survey_id
        super().__init__("answer the survey first, or send its answers with the code", path=("answers",))
