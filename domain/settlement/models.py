"""Rows of settlement. What was computed is appended under a revision and never changed; only a cycle moves on."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, LargeBinary, Numeric, UniqueConstraint, text
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.storage import Row

Instant: Any = DateTime(timezone=True)
Amount: Any = Numeric()
"""As many digits as it takes: exact amounts are kept exactly."""

PARTIES = "('PARTNER', 'OPERATOR', 'CHARITY', 'TAX', 'ROUNDING')"


class CycleState(StrEnum):
    """How far the settlement of a cycle has come."""

    OPEN = "OPEN"
    """Postings belong to it."""
    CUT_OFF = "CUT_OFF"
    """No posting will ever be added."""
    COMPUTED = "COMPUTED"
    """Statements are drawn up, for the coalition to look at."""
    PROPOSED = "PROPOSED"
    """Partners answer."""
    APPROVED = "APPROVED"
    """A second person agreed."""
    INSTRUCTED = "INSTRUCTED"
    """Payments are with the bank."""
    SETTLED = "SETTLED"
    """All payments have arrived."""
    CLOSED = "CLOSED"
    """Nothing more will happen to it."""


class Cycle(Row, table=True):
    """A span of postings that is settled together; one is always open."""

    __tablename__ = "cycle"
    cycle_id: UUID = Field(primary_key=True)
    number: int
    """Counts the cycles from one; the next follows the one before without a gap."""
    name: str
    state: str
    opened_at: datetime = Field(sa_type=Instant)
    cut_off_at: datetime | None = Field(default=None, sa_type=Instant)
    counted_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until when its days are counted (days.py)."""
    merkle_root: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Over the hashes of its entries, in the order of wallets and their versions."""
    entries: int | None = Field(default=None, sa_type=BigInteger)
    """How many entries the root covers."""
    movements_root: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Over what its entries did to points that money hangs on, without naming a wallet; None: sealed before there was
    such a root."""
    movements: int | None = Field(default=None, sa_type=BigInteger)
    """How many of them the root covers."""
    revision: int = 0
    """Which of its computations holds."""
    computed_at: datetime | None = Field(default=None, sa_type=Instant)
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Of everything the revision holds; what is proposed and approved is this."""
    rounding_rule: str | None = None
    de_minimis: Decimal | None = Field(default=None, sa_type=Amount)
    """Smaller closing balances are carried forward."""
    proposed_at: datetime | None = Field(default=None, sa_type=Instant)
    prepared_by: UUID | None = None
    answer_until: datetime | None = Field(default=None, sa_type=Instant)
    """Silence past it is acceptance."""
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
    approved_by: UUID | None = None

    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("name"),
        Index("uq_cycle_open", "state", unique=True, postgresql_where=text("state = 'OPEN'")),
        CheckConstraint(
            "state IN ('OPEN', 'CUT_OFF', 'COMPUTED', 'PROPOSED', 'APPROVED', 'INSTRUCTED', 'SETTLED', 'CLOSED')",
            name="state",
        ),
        CheckConstraint("approved_by <> prepared_by", name="second_person_approves"),
        CheckConstraint("(state = 'OPEN') = (cut_off_at IS NULL)", name="cut_off_when_not_open"),
        CheckConstraint("state IN ('OPEN', 'CUT_OFF') OR digest IS NOT NULL", name="computed_has_digest"),
        CheckConstraint(
            "state IN ('OPEN', 'CUT_OFF', 'COMPUTED') OR num_nonnulls(prepared_by, proposed_at, answer_until) = 3",
            name="proposed_by_somebody",
        ),
        CheckConstraint(
            "(state IN ('OPEN', 'CUT_OFF', 'COMPUTED', 'PROPOSED')) = (approved_by IS NULL)"
            " AND (approved_by IS NULL) = (approved_at IS NULL)",
            name="approved_by_somebody",
        ),
        CheckConstraint("octet_length(merkle_root) = 32 AND octet_length(digest) = 32", name="hashes"),
        CheckConstraint(
            "octet_length(movements_root) = 32 AND (movements_root IS NULL) = (movements IS NULL)", name="movements"
        ),
        CheckConstraint("number > 0 AND revision >= 0 AND de_minimis >= 0", name="not_negative"),
    )


class EffectivePrice(Row, table=True):
    """What every point of a contract version cost that was accrued in a cycle; settled once, used ever after."""

    __tablename__ = "effective_price"
    contract_id: UUID = Field(primary_key=True, foreign_key="contract.contract_id")
    cycle_id: UUID = Field(primary_key=True, foreign_key="cycle.cycle_id")
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    volume: int = Field(sa_type=BigInteger)
    price: Decimal = Field(sa_type=Amount)

    __table_args__ = (CheckConstraint("price >= 0", name="price_not_negative"),)


class Statement(Row, table=True):
    """What a cycle comes to for one party; positive is received, negative is paid."""

    __tablename__ = "statement"
    statement_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    revision: int
    party: str
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    opening: Decimal = Field(sa_type=Amount)
    """Carried forward from the cycle before."""
    charged: Decimal = Field(sa_type=Amount)
    credited: Decimal = Field(sa_type=Amount)
    fees: Decimal = Field(sa_type=Amount)
    tax: Decimal = Field(sa_type=Amount)
    rounding: Decimal = Field(sa_type=Amount)
    net: Decimal = Field(sa_type=Amount)
    closing: Decimal = Field(sa_type=Amount)
    carried: Decimal = Field(sa_type=Amount)
    """The part of the closing balance that is too small to pay."""

    __table_args__ = (
        UniqueConstraint("cycle_id", "revision", "party", "partner_id", postgresql_nulls_not_distinct=True),
        Index(None, "partner_id"),
        CheckConstraint(f"party IN {PARTIES}", name="party"),
        CheckConstraint("(party = 'PARTNER') = (partner_id IS NOT NULL)", name="partner"),
        CheckConstraint("net = credited - charged + fees + tax + rounding", name="net"),
        CheckConstraint("closing = opening + net", name="closing"),
    )


class LineColumns(Row):
    """What a money line consists of: basis times price times share, and rounding."""

    line_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    revision: int
    number: int
    kind: str
    source: str
    """What its basis was counted from."""
    debtor: str
    debtor_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    creditor: str
    creditor_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    sponsor_id: UUID | None = None
    contract_id: UUID | None = Field(default=None, foreign_key="contract.contract_id")
    redeemer_id: UUID | None = None
    redeemer_contract_id: UUID | None = Field(default=None, foreign_key="contract.contract_id")
    credit_contract_id: UUID | None = Field(default=None, foreign_key="contract.contract_id")
    accrual_cycle_ids: list[UUID] = Field(sa_type=ARRAY(UuidType))
    points: int | None = Field(default=None, sa_type=BigInteger)
    base: Decimal | None = Field(default=None, sa_type=Amount)
    price: Decimal | None = Field(default=None, sa_type=Amount)
    share: Decimal = Field(sa_type=Amount)
    exact: Decimal = Field(sa_type=Amount)
    rounding: Decimal = Field(sa_type=Amount)
    amount: Decimal = Field(sa_type=Amount)
    adjustment_id: UUID | None = Field(default=None, foreign_key="settlement_adjustment.adjustment_id")
    """The adjustment in money that it is."""


def line_laws() -> tuple[UniqueConstraint | Index | CheckConstraint, ...]:
    """What every table of money lines is held to."""
    return (
        UniqueConstraint("cycle_id", "revision", "number"),
        Index(None, "debtor_id", "cycle_id"),
        Index(None, "creditor_id", "cycle_id"),
        CheckConstraint(f"debtor IN {PARTIES} AND (debtor = 'PARTNER') = (debtor_id IS NOT NULL)", name="debtor"),
        CheckConstraint(
            f"creditor IN {PARTIES} AND (creditor = 'PARTNER') = (creditor_id IS NOT NULL)", name="creditor"
        ),
        CheckConstraint(
            "(points IS NULL) = (price IS NULL) AND (points IS NULL) <> (base IS NULL)", name="points_or_base"
        ),
        CheckConstraint("COALESCE(points * price, base) * share = exact", name="exact"),
        CheckConstraint("exact + rounding = amount", name="rounding"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("(source = 'ADJUST_MONEY') = (adjustment_id IS NOT NULL)", name="adjustment"),
    )


class StatementLine(LineColumns, table=True):
    """One money line, standing in the statements of both its sides."""

    __tablename__ = "statement_line"
    __table_args__ = line_laws()


class Obligation(Row, table=True):
    """All that one party owes another for a cycle, before netting."""

    __tablename__ = "obligation"
    obligation_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    revision: int
    debtor: str
    debtor_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    creditor: str
    creditor_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    amount: Decimal = Field(sa_type=Amount)

    __table_args__ = (
        UniqueConstraint(
            "cycle_id",
            "revision",
            "debtor",
            "debtor_id",
            "creditor",
            "creditor_id",
            name="uq_obligation_parties",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(f"debtor IN {PARTIES} AND (debtor = 'PARTNER') = (debtor_id IS NOT NULL)", name="debtor"),
        CheckConstraint(
            f"creditor IN {PARTIES} AND (creditor = 'PARTNER') = (creditor_id IS NOT NULL)", name="creditor"
        ),
        CheckConstraint("amount > 0", name="amount_positive"),
    )


class Acceptance(Row, table=True):
    """A partner agrees with its statement."""

    __tablename__ = "acceptance"
    cycle_id: UUID = Field(primary_key=True, foreign_key="cycle.cycle_id")
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    revision: int = Field(primary_key=True)
    accepted_by: UUID
    accepted_at: datetime = Field(sa_type=Instant)


class Approval(Row, table=True):
    """A second person agreed to exactly what the digest covers, for some days."""

    __tablename__ = "approval"
    approval_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    revision: int
    digest: bytes = Field(sa_type=LargeBinary)
    companies: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The hash of who pays and is paid; None: approved before that was covered."""
    prepared_by: UUID
    approved_by: UUID
    approved_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    voided_at: datetime | None = Field(default=None, sa_type=Instant)
    void_reason: str | None = None

    __table_args__ = (
        Index("uq_approval_standing", "cycle_id", unique=True, postgresql_where=text("voided_at IS NULL")),
        CheckConstraint("approved_by <> prepared_by", name="second_person"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint("octet_length(companies) = 32", name="companies"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided_for_a_reason"),
        CheckConstraint("expires_at > approved_at", name="expires_later"),
    )


class SettlementStep(Row, table=True):
    """Who did what to a cycle, and when: appended, never changed."""

    __tablename__ = "settlement_step"
    step_id: UUID = Field(primary_key=True)
    cycle_id: UUID = Field(foreign_key="cycle.cycle_id")
    step: str
    from_state: str | None = None
    to_state: str
    revision: int
    person_id: UUID | None = None
    """None: the coalition's own work."""
    partner_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """Whose answer it was."""
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)
    note: str | None = None
    taken_at: datetime = Field(sa_type=Instant)

    __table_args__ = (Index(None, "cycle_id", "step_id"),)
