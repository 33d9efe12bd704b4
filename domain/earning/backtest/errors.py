"""What looks back refuse."""

from __future__ import annotations

from domain.errors import DomainError


class BacktestPeriodInvalid(DomainError):
    """The time to look back over is no time of the past, or too long."""

    code = "BACKTEST_PERIOD_INVALID"


class BacktestTooLarge(DomainError):
    """More purchases were made in that time than are looked at in one go."""

    code = "BACKTEST_TOO_LARGE"

    def __init__(self, purchases: int, most: int) -> None:
        self.purchases = purchases
        self.most = most
        super().__init__(
            f"there are {purchases:,} purchases to look at, and {most:,} at most go together; choose a shorter time",
            path=("until",),
        )


class BacktestNeedsPurchases(DomainError):
    """The campaign answers actions, and only purchases are looked back over."""

    code = "BACKTEST_NEEDS_PURCHASES"

    def __init__(self) -> None:
        super().__init__(
            "this campaign answers actions; only campaigns that answer purchases can be tried on past ones",
            path=("campaign",),
        )
