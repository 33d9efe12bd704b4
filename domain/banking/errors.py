"""What banking refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from domain.errors import Conflict, DomainError, NotFound


class PaymentNotFound(NotFound):
    """There is no such payment, or none the viewer may see."""

    code = "PAYMENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such payment", path=("payment",))


class BankEntryNotFound(NotFound):
    """There is no such entry of a bank statement."""

    code = "BANK_ENTRY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such entry of a bank statement", path=("entry",))


class BankFileNotFound(NotFound):
    """There is no such file for a bank, or none the viewer may see."""

    code = "BANK_FILE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such file for a bank", path=("file",))


class DecisionNotFound(NotFound):
    """Nobody has asked for what is to be agreed to."""

    code = "DECISION_NOT_FOUND"

    def __init__(self, what: str) -> None:
        super().__init__(f"nobody has asked for {what}; one person asks, another agrees")


class BankDetailsMissing(Conflict):
    """A company that is to pay or be paid lacks what a bank needs to know, or it is wrong."""

    code = "BANK_DETAILS_MISSING"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"no payment was planned: {'; '.join(problems)}")


class PlanChosen(Conflict):
    """The cycle is paid by another plan already."""

    code = "PLAN_CHOSEN"

    def __init__(self, cycle: str, plan: str) -> None:
        self.cycle = cycle
        self.plan = plan
        super().__init__(f"cycle {cycle} is being paid by the plan {plan}; a plan is chosen once")


class NothingToRelease(Conflict):
    """No payment of the cycle waits to go out."""

    code = "NOTHING_TO_RELEASE"

    def __init__(self, cycle: str) -> None:
        self.cycle = cycle
        super().__init__(f"no payment of cycle {cycle} waits to go out: instruct it first; each order is made once")


class OrderInvalid(DomainError):
    """The orders do not satisfy the published schema; nothing left the house."""

    code = "ORDER_INVALID"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the order does not satisfy the schema pain.001.001.09: {reason}")


class BankFileUnreadable(DomainError):
    """A file is not what a bank sends, or not safe to read."""

    code = "BANK_FILE_UNREADABLE"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the file cannot be read: {reason}; nothing was imported", path=("content",))


class StatementUnbalanced(DomainError):
    """Opening balance and entries do not make the closing balance."""

    code = "STATEMENT_UNBALANCED"

    def __init__(self, statement: str, opening: Decimal, entries: Decimal, closing: Decimal) -> None:
        self.statement = statement
        super().__init__(
            f"statement {statement} opens with {opening}, its entries come to {entries}, and it closes with {closing}:"
            f" {opening + entries - closing} is missing or too much; nothing was imported",
            path=("content",),
        )


class StatementNotChained(Conflict):
    """A statement does not open with what its neighbour left."""

    code = "STATEMENT_NOT_CHAINED"

    def __init__(self, earlier: str, closing: Decimal, later: str, opening: Decimal) -> None:
        self.earlier = earlier
        self.later = later
        super().__init__(
            f"statement {earlier} closes with {closing} and statement {later}, which follows it, opens with {opening};"
            " nothing was imported",
            path=("content",),
        )


class StatementDiffers(Conflict):
    """A statement of that name was imported before and said something else."""

    code = "STATEMENT_DIFFERS"

    def __init__(self, statement: str, closed_on: date) -> None:
        self.statement = statement
        super().__init__(
            f"statement {statement} of {closed_on} was imported before and said something else; nothing was imported",
            path=("content",),
        )


class ForeignStatement(Conflict):
    """A statement is of another account or another currency than the operator's."""

    code = "FOREIGN_STATEMENT"

    def __init__(self, statement: str, why: str) -> None:
        self.statement = statement
        super().__init__(f"statement {statement} {why}; nothing was imported", path=("content",))


class ReportUnknown(Conflict):
    """A bank reports on an order that was never made here."""

    code = "REPORT_UNKNOWN"

    def __init__(self, message_id: str) -> None:
        self.message_id = message_id
        super().__init__(f"the report is about {message_id!r}, which is no order of ours", path=("content",))


class MatchImpossible(Conflict):
    """The entry and the payments cannot belong together."""

    code = "MATCH_IMPOSSIBLE"

    def __init__(self, why: str) -> None:
        super().__init__(f"this cannot be matched: {why}")


class PaymentEnded(Conflict):
    """The payment has been paid or written off."""

    code = "PAYMENT_ENDED"

    def __init__(self, reference: str, state: str) -> None:
        self.reference = reference
        self.state = state
        super().__init__(f"payment {reference} is {state}; nothing of it is open")


class CreditSpent(Conflict):
    """What a partner paid too much has been used already."""

    code = "CREDIT_SPENT"

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the credit is {state}; it is used once")


class PaymentsOpen(Conflict):
    """A cycle is not put away while money of it is still to move."""

    code = "PAYMENTS_OPEN"

    def __init__(self, cycle: str, references: Sequence[str]) -> None:
        self.cycle = cycle
        self.references = tuple(references)
        super().__init__(f"cycle {cycle} is not closed: open again or to be paid back: {', '.join(references)}")
