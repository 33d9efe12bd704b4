"""What rewards refuse."""

from __future__ import annotations

from datetime import datetime

from domain.errors import Conflict, DomainError, NotFound


class InvalidReward(DomainError):
    """A reward's terms are malformed, out of range, or do not fit together."""

    code = "INVALID_REWARD"


class RewardNotFound(NotFound):
    """There is no such reward, or none the viewer may see."""

    code = "REWARD_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such reward", path=("reward",))


class RewardStateConflict(Conflict):
    """The reward's state does not allow this step."""

    code = "REWARD_STATE_CONFLICT"

    def __init__(self, state: str, step: str) -> None:
        self.state = state
        self.step = step
        super().__init__(f"a reward that is {state} cannot be {step}", path=("reward",))


class StockBelowTaken(Conflict):
    """There are to be fewer pieces in all than have been taken by now."""

    code = "STOCK_BELOW_TAKEN"

    def __init__(self, taken: int) -> None:
        self.taken = taken
        super().__init__(f"{taken} pieces are taken already; in all there are at least so many", path=("stock",))


class DrawNotDue(Conflict):
    """Tickets may still come in for the draw."""

    code = "DRAW_NOT_DUE"

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"tickets may still come in, so it is drawn from {until.isoformat()} on", path=("reward",))
