"""What reviews refuse."""

from __future__ import annotations

from domain.earning.errors import InvalidCampaign
from domain.errors import Conflict, DomainError, NotFound


class InvalidReviewPolicy(InvalidCampaign):
    """How reviews are to be taken is malformed or out of range; `path` names the part."""

    code = "INVALID_REVIEW_POLICY"


class InvalidReview(DomainError):
    """A part of a review or comment is missing, too long or malformed."""

    code = "INVALID_REVIEW"

    def __init__(self, part: str, allowed: str) -> None:
        self.part = part
        super().__init__(f"{part} is {allowed}", path=(part,))


class ReviewedProductNotFound(NotFound):
    """No catalogue has a product of this number."""

    code = "REVIEWED_PRODUCT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("no catalogue has a product of this number", path=("product",))


class ReviewsNotTaken(Conflict):
    """Nobody takes reviews of this product now."""

    code = "REVIEWS_NOT_TAKEN"

    def __init__(self) -> None:
        super().__init__("nobody takes reviews of this product now", path=("product",))


class PurchaseWanted(Conflict):
    """Reviews of this product are taken from members who bought it."""

    code = "PURCHASE_WANTED"

    def __init__(self) -> None:
        super().__init__("only members who bought this product, and kept it, may review it", path=("product",))


class ReviewNotFound(NotFound):
    """There is no such review or comment, or none that the viewer may see or judge."""

    code = "REVIEW_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such review or comment", path=("review",))


class ReviewStateConflict(Conflict):
    """The review or comment does not stand where this step begins."""

    code = "REVIEW_STATE_CONFLICT"

    def __init__(self, why: str) -> None:
        super().__init__(why, path=("review",))


class ReviewChanged(Conflict):
    """The author wrote it anew after it was read."""

    code = "REVIEW_CHANGED"

    def __init__(self) -> None:
        super().__init__("the author has changed it since you read it; read it again", path=("version",))


class ReviewPolicyClash(Conflict):
    """Somebody else set the policy at the same moment."""

    code = "REVIEW_POLICY_CLASH"

    def __init__(self) -> None:
        super().__init__("somebody else has just set it; read it again")
