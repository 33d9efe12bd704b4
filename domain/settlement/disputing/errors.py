"""What disputes refuse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from domain.errors import Conflict, DomainError, Forbidden, NotFound


class DisputeNotFound(NotFound):
    """There is no such dispute, or none that the viewer is a side of."""

    code = "DISPUTE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such dispute", path=("dispute",))


class EvidenceNotFound(NotFound):
    """There is no such evidence, or none in a dispute that the viewer is a side of."""

    code = "EVIDENCE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such evidence", path=("evidence",))


class TransferNotUnderLine(NotFound):
    """A transfer that was named is none of those the line was counted from."""

    code = "TRANSFER_NOT_UNDER_LINE"

    def __init__(self, place: int) -> None:
        self.place = place
        super().__init__(f"transfer number {place} is not under this line", path=("transfers",))


class DisputeOutOfOrder(Conflict):
    """The stage of the dispute does not allow this step."""

    code = "DISPUTE_OUT_OF_ORDER"

    def __init__(self, state: str, step: str, needed: Sequence[str]) -> None:
        self.state = state
        self.step = step
        self.needed = tuple(needed)
        super().__init__(f"the dispute is {state}; {step} needs it to be {' or '.join(needed)}")


class DisputeWindowClosed(Conflict):
    """The time in which the contract lets a partner dispute the cycle's lines is over."""

    code = "DISPUTE_WINDOW_CLOSED"

    def __init__(self, cycle: str, until: datetime) -> None:
        self.cycle = cycle
        self.until = until
        super().__init__(f"lines of cycle {cycle} could be disputed until {until.isoformat()}")


class LineDrawnUpAnew(Conflict):
    """The line belongs to an earlier computation of its cycle."""

    code = "LINE_DRAWN_UP_ANEW"

    def __init__(self, cycle: str) -> None:
        self.cycle = cycle
        super().__init__(f"cycle {cycle} was computed again since; dispute the line as it stands now", path=("line",))


class LineNotDisputable(Conflict):
    """The line is itself what became of a dispute."""

    code = "LINE_NOT_DISPUTABLE"

    def __init__(self) -> None:
        super().__init__("this line is what became of a dispute, and is not disputed again", path=("line",))


class AlreadyDisputed(Conflict):
    """The partner has disputed the same of the line before, and has not withdrawn it."""

    code = "ALREADY_DISPUTED"

    def __init__(self) -> None:
        super().__init__("the same of this line was disputed before; add evidence to that dispute", path=("line",))


class DisputeExceedsLine(DomainError):
    """More is disputed than is left of the line."""

    code = "DISPUTE_EXCEEDS_LINE"

    def __init__(self, amount: Decimal, left: Decimal) -> None:
        self.amount = amount
        self.left = left
        super().__init__(f"{amount} is more than the {left} that can still be disputed of this line", path=("amount",))


class UpheldExceedsLine(DomainError):
    """More is to be upheld than the line comes to as it stands now."""

    code = "UPHELD_EXCEEDS_LINE"

    def __init__(self, upheld: Decimal, most: Decimal) -> None:
        self.upheld = upheld
        self.most = most
        super().__init__(
            f"{upheld} cannot be upheld: at most {most} of the dispute is left of the line", path=("upheld",)
        )


class AnswerStillDue(Conflict):
    """The other side has time left to answer."""

    code = "ANSWER_STILL_DUE"

    def __init__(self, until: datetime | None) -> None:
        self.until = until
        limit = "" if until is None else f" until {until.isoformat()}"
        super().__init__(f"the other side may answer{limit}; it escalates by itself after that")


class NotYourStep(Forbidden):
    """The step belongs to the other side of the dispute."""

    code = "NOT_YOUR_STEP"

    def __init__(self, step: str, whose: str) -> None:
        self.step = step
        self.whose = whose
        super().__init__(f"{step} is a step of {whose}")


class DecisionNeedsAnother(Forbidden):
    """Whoever prepared the cycle or answered the dispute does not decide it."""

    code = "DECISION_NEEDS_ANOTHER"

    def __init__(self, did: str) -> None:
        self.did = did
        super().__init__(f"you {did}; somebody else of the coalition has to decide")


class TooMuchEvidence(Conflict):
    """One side has laid as much before the other as a dispute holds."""

    code = "TOO_MUCH_EVIDENCE"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"each side adds at most {most} files and notes to a dispute")
