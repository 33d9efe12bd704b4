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


class RewardNotOpen(Conflict):
    """The reward cannot be had now: not yet, not any more, paused, or not at this hour."""

    code = "REWARD_NOT_OPEN"

    def __init__(self, why: str, opens_at: datetime | None = None) -> None:
        self.why = why
        self.opens_at = opens_at
        later = "" if opens_at is None else f"; it opens at {opens_at.isoformat()}"
        super().__init__(f"The reward cannot be had now: {why}{later}.", path=("reward",))


class NotEligible(DomainError):
    """The reward is not for this member, or not to be had here."""

    code = "NOT_ELIGIBLE"

    def __init__(self, why: str, tiers: frozenset[str] = frozenset()) -> None:
        self.why = why
        self.tiers = tuple(sorted(tiers))
        told = {
            "TIER": f"it is for members of {', '.join(self.tiers)}",
            "SEGMENT": "it is for other members",
            "OUTLET": "it can be had in other outlets",
            "AT_THE_TILL": "it is redeemed at the till",
        }
        super().__init__(f"This member cannot have the reward here: {told[why]}.", path=("reward",))


class LimitReached(Conflict):
    """The member, or the household, has had as many pieces as there are for one."""

    code = "LIMIT_REACHED"

    def __init__(self, most: int, left: int, period: str | None) -> None:
        self.most = most
        self.left = left
        self.period = period
        within = "" if period is None else f" a {period.lower()}"
        super().__init__(f"At most {most} pieces{within} for one; {left} can still be had.", path=("pieces",))


class OutOfStock(Conflict):
    """There are not so many pieces left."""

    code = "OUT_OF_STOCK"

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(f"{left} pieces are left; no points were taken.", path=("pieces",))


class StepNotFound(DomainError):
    """The reward has no such step, or has several and none was named."""

    code = "STEP_NOT_FOUND"

    def __init__(self, steps: int) -> None:
        self.steps = steps
        words = f"name a step from 1 to {steps}" if steps else "the reward has no steps; say how many points pay"
        super().__init__(f"{words[0].upper()}{words[1:]}.", path=("step",))


class BasketTooSmall(DomainError):
    """There is not so much in the basket as the reward would take off."""

    code = "BASKET_TOO_SMALL"

    def __init__(self, least: int) -> None:
        self.least = least
        super().__init__(
            "The basket leaves nothing to take off; redeem with a larger basket, or fewer pieces.", path=("lines",)
        )


class ArticleMissing(DomainError):
    """None of the articles that the reward makes free is in the basket, or not so many of them."""

    code = "ARTICLE_MISSING"

    def __init__(self, found: int) -> None:
        self.found = found
        super().__init__(
            f"{found} of the articles that would be free are in the basket; add the article first.", path=("lines",)
        )


class BasketNeeded(DomainError):
    """What the reward takes off depends on the basket, and none was sent."""

    code = "BASKET_NEEDED"

    def __init__(self) -> None:
        super().__init__("Send the basket's lines: what this reward takes off depends on them.", path=("lines",))


class PointsNotPayable(DomainError):
    """So many points cannot be paid towards this basket by this reward."""

    code = "POINTS_NOT_PAYABLE"

    def __init__(self, least: int, in_steps_of: int, most: int) -> None:
        self.least = least
        self.in_steps_of = in_steps_of
        self.most = most
        super().__init__(
            f"Points are {least} or more, in steps of {in_steps_of}; here at most {most} can be paid.", path=("points",)
        )


class RewardIndivisible(DomainError):
    """Only whole pieces of a reward can be captured or taken back."""

    code = "REWARD_INDIVISIBLE"

    def __init__(self, unit: int) -> None:
        self.unit = unit
        super().__init__(
            f"Only multiples of {unit} points of this redemption stand for whole pieces.", path=("points",)
        )


class FulfilmentStateConflict(Conflict):
    """The redeemed reward stands where this step cannot be taken."""

    code = "FULFILMENT_STATE_CONFLICT"

    def __init__(self, state: str, step: str) -> None:
        self.state = state
        super().__init__(f"A redeemed reward that is {state} cannot become {step}.", path=("state",))
