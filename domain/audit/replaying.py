"""A wallet played again from its transfers in plain Python: what its lots, holds, debts and counters have to be.

Nothing here is shared with the SQL that posts; the two have only docs/ledger.md in common.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.audit.canonical import Row, genesis, link
from domain.audit.findings import Finding, Wrong

OWNED = frozenset({"PENDING", "AVAILABLE", "HELD"})
ACTIVITY = frozenset({"PURCHASE", "REDEMPTION", "AUTHORIZATION", "CAPTURE", "MOVE_IN"})
ENDINGS = {"CAPTURE": "CAPTURED", "VOID": "VOIDED", "LAPSE": "LAPSED"}

ALLOWED = frozenset(
    {
        ("ACCRUE", "ISSUED", "PENDING"),
        ("ACCRUE", "ISSUED", "AVAILABLE"),
        ("ADJUST", "ISSUED", "AVAILABLE"),
        ("RELEASE", "PENDING", "AVAILABLE"),
        ("HOLD", "AVAILABLE", "HELD"),
        ("VOID", "HELD", "AVAILABLE"),
        ("REDEEM", "AVAILABLE", "REDEEMED"),
        ("REDEEM", "HELD", "REDEEMED"),
        ("UNREDEEM", "REDEEMED", "AVAILABLE"),
        ("CLAWBACK", "PENDING", "ISSUED"),
        ("CLAWBACK", "AVAILABLE", "ISSUED"),
        ("CLAWBACK", "DEBT", "ISSUED"),
        ("REPAY", "AVAILABLE", "DEBT"),
        ("EXPIRE", "AVAILABLE", "EXPIRED"),
        *(("MOVE", owned, "TRANSIT") for owned in ("PENDING", "AVAILABLE", "DEBT")),
        *(("MOVE", "TRANSIT", owned) for owned in ("PENDING", "AVAILABLE", "DEBT")),
    }
)
"""Which accounts each kind of transfer may join."""

SPENDS = frozenset({("HOLD", "AVAILABLE"), ("REDEEM", "AVAILABLE"), ("REPAY", "AVAILABLE")})
"""What may only take points that can be spent at that moment."""


def months_after(at: datetime, months: int) -> datetime:
    """The same day and time so many months on, or the last day of a shorter month."""
    years, month = divmod(at.month - 1 + months, 12)
    year = at.year + years
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


@dataclass(slots=True, kw_only=True)
class Lot:
    """A lot as its transfers leave it; the fields are the columns."""

    lot_id: UUID
    entry_id: UUID
    member_id: UUID | None
    sponsor_id: UUID
    sponsor_contract_id: UUID
    accrual_cycle_id: UUID
    campaign_id: UUID | None
    campaign_version: int | None
    available_at: datetime
    expires_at: datetime | None
    inactivity_months: int | None
    original: int
    remaining: int
    held: int
    released: bool
    earned_at: datetime
    root_lot_id: UUID | None

    def ends(self, active_at: datetime) -> datetime | None:
        """When its term is over, if ever, for a wallet last active then."""
        idle = months_after(active_at, self.inactivity_months) if self.inactivity_months else None
        return min((end for end in (self.expires_at, idle) if end is not None), default=None)

    def is_over(self, at: datetime, active_at: datetime) -> bool:
        """Whether its term has ended."""
        end = self.ends(active_at)
        return end is not None and end <= at


@dataclass(slots=True, kw_only=True)
class Debt:
    """What a wallet owes for one claw-back."""

    debt_id: UUID
    entry_id: UUID
    n: int
    lot_id: UUID
    sponsor_id: UUID
    redeemer_contract_id: UUID | None
    points: int
    repaid: int


@dataclass(slots=True, kw_only=True)
class Hold:
    """Points set aside by one authorization."""

    hold_id: UUID
    partner_id: UUID
    points: int
    captured: int
    state: str
    expires_at: datetime


@dataclass(slots=True)
class Replay:
    """A wallet being played again."""

    wallet_id: UUID
    opened_at: datetime
    version: int = 0
    head: bytes = field(init=False)
    active_at: datetime = field(init=False)
    merged_into: UUID | None = None
    counters: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("AVAILABLE", "PENDING", "HELD", "DEBT"), 0))
    lots: dict[UUID, Lot] = field(default_factory=dict)
    debts: dict[UUID, Debt] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    spent: dict[tuple[UUID, UUID], int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.head = genesis(self.wallet_id, self.opened_at)
        self.active_at = self.opened_at

    def play(self, entry: Row, transfers: Sequence[Row]) -> None:
        """Apply the next entry."""
        if entry["version"] != self.version + 1:
            self._wrong(Wrong.ENTRY_MISSING, entry, f"version {entry['version']} follows {self.version}")
        if link(self.head, entry, transfers) != entry["hash"]:
            self._wrong(Wrong.CHAIN_BROKEN, entry, "the entry or its transfers are not what was hashed")
        self.version, self.head = entry["version"], entry["hash"]
        for transfer in transfers:
            self._move(entry, transfer)
        if entry["kind"] in ENDINGS:
            self._end_hold(entry, transfers)
        if entry["kind"] in ACTIVITY:
            self.active_at = max(self.active_at, entry["posted_at"])
        if entry["kind"] == "MOVE_OUT":
            self.merged_into = entry["refers_to"]

    def _wrong(self, wrong: Wrong, entry: Row, what: str) -> None:
        self.findings.append(Finding(wrong=wrong, wallet_id=self.wallet_id, entry_id=entry["entry_id"], what=what))

    def _move(self, entry: Row, transfer: Row) -> None:
        kind, debit, credit, points = transfer["kind"], transfer["debit"], transfer["credit"], transfer["points"]
        name = f"transfer {transfer['n']}"
        if (kind, debit, credit) not in ALLOWED or points <= 0:
            self._wrong(Wrong.BAD_TRANSFER, entry, f"{name}: {kind} of {points} from {debit} to {credit}")
            return
        if transfer["partner_id"] != entry["partner_id"] or transfer["cycle_id"] != entry["cycle_id"]:
            self._wrong(Wrong.BAD_TRANSFER, entry, f"{name} names another partner or cycle than its entry")
        for account, sign in ((debit, -1), (credit, 1)):
            if account in self.counters:
                self.counters[account] += points * (-sign if account == "DEBT" else sign)
        if "DEBT" in {debit, credit}:
            self._owe(entry, transfer)
        if debit in {"ISSUED", "TRANSIT"} and credit != "DEBT":
            self._make_lot(entry, transfer)
        elif debit not in {"ISSUED", "TRANSIT", "DEBT"}:
            self._draw(entry, transfer)
        if kind == "HOLD":
            self._hold(entry, transfer)

    def _make_lot(self, entry: Row, transfer: Row) -> None:
        if transfer["kind"] == "ACCRUE" and (transfer["credit"] == "PENDING") != (
            transfer["available_at"] > entry["posted_at"]
        ):
            self._wrong(Wrong.BAD_TIME, entry, f"lot {transfer['lot_id']} waits though it need not, or the reverse")
        if transfer["lot_id"] in self.lots:
            self._wrong(Wrong.BAD_TRANSFER, entry, f"lot {transfer['lot_id']} is made twice")
        self.lots[transfer["lot_id"]] = Lot(
            lot_id=transfer["lot_id"],
            entry_id=entry["entry_id"],
            member_id=entry["member_id"],
            sponsor_id=transfer["sponsor_id"],
            sponsor_contract_id=transfer["sponsor_contract_id"],
            accrual_cycle_id=transfer["accrual_cycle_id"],
            campaign_id=transfer["campaign_id"],
            campaign_version=transfer["campaign_version"],
            available_at=transfer["available_at"],
            expires_at=transfer["expires_at"],
            inactivity_months=transfer["inactivity_months"],
            original=transfer["points"],
            remaining=transfer["points"],
            held=0,
            released=transfer["credit"] == "AVAILABLE",
            earned_at=entry["posted_at"],
            root_lot_id=transfer["root_lot_id"],
        )

    def _draw(self, entry: Row, transfer: Row) -> None:
        lot = self.lots.get(transfer["lot_id"])
        if lot is None or (lot.sponsor_id, lot.sponsor_contract_id, lot.accrual_cycle_id) != (
            transfer["sponsor_id"],
            transfer["sponsor_contract_id"],
            transfer["accrual_cycle_id"],
        ):
            self._wrong(Wrong.BAD_TRANSFER, entry, f"lot {transfer['lot_id']} is unknown or another sponsor's")
            return
        self._check_time(entry, transfer, lot)
        points, debit, credit = transfer["points"], transfer["debit"], transfer["credit"]
        lot.remaining += points * ((credit in OWNED) - (debit in OWNED))
        lot.held += points * ((credit == "HELD") - (debit == "HELD"))
        lot.released = lot.released or transfer["kind"] == "RELEASE"
        if not 0 <= lot.held <= lot.remaining <= lot.original:
            self._wrong(
                Wrong.BAD_TRANSFER, entry, f"lot {lot.lot_id} is drawn below nothing or filled above its origin"
            )
        if transfer["kind"] == "REDEEM":
            self.spent[entry["entry_id"], lot.lot_id] = points
        if transfer["kind"] == "UNREDEEM":
            self._take_back(entry, transfer, lot)

    def _check_time(self, entry: Row, transfer: Row, lot: Lot) -> None:
        at, kind = entry["posted_at"], transfer["kind"]
        waits, over = lot.available_at > at, lot.is_over(at, self.active_at)
        spends = (kind, transfer["debit"]) in SPENDS and (waits or over or not lot.released)
        if spends or (kind == "CLAWBACK" and over):
            self._wrong(Wrong.BAD_TIME, entry, f"{kind} from lot {lot.lot_id}, which could not be drawn then")
        if (kind == "EXPIRE" and not over) or (kind == "RELEASE" and waits):
            self._wrong(Wrong.BAD_TIME, entry, f"{kind} of lot {lot.lot_id} before its time")

    def _take_back(self, entry: Row, transfer: Row, lot: Lot) -> None:
        left = self.spent.get((entry["refers_to"], lot.lot_id), 0) - transfer["points"]
        self.spent[entry["refers_to"], lot.lot_id] = left
        if left < 0:
            self._wrong(Wrong.REVERSED_TWICE, entry, f"more comes back into lot {lot.lot_id} than was spent")
        if transfer["expires_at"] is not None:
            lot.expires_at, lot.inactivity_months = transfer["expires_at"], None

    def _owe(self, entry: Row, transfer: Row) -> None:
        if transfer["debit"] == "DEBT":
            self.debts[transfer["debt_id"]] = Debt(
                debt_id=transfer["debt_id"],
                entry_id=entry["entry_id"],
                n=transfer["n"],
                lot_id=transfer["lot_id"],
                sponsor_id=transfer["sponsor_id"],
                redeemer_contract_id=transfer["redeemer_contract_id"],
                points=transfer["points"],
                repaid=0,
            )
            return
        debt = self.debts.get(transfer["debt_id"])
        if debt is None or debt.repaid + transfer["points"] > debt.points:
            self._wrong(Wrong.BAD_TRANSFER, entry, f"debt {transfer['debt_id']} is unknown or overpaid")
            return
        debt.repaid += transfer["points"]

    def _hold(self, entry: Row, transfer: Row) -> None:
        hold = self.holds.setdefault(
            entry["entry_id"],
            Hold(
                hold_id=entry["entry_id"],
                partner_id=entry["partner_id"],
                points=0,
                captured=0,
                state="OPEN",
                expires_at=transfer["expires_at"],
            ),
        )
        hold.points += transfer["points"]

    def _end_hold(self, entry: Row, transfers: Sequence[Row]) -> None:
        hold = self.holds.get(entry["refers_to"])
        moved = sum(transfer["points"] for transfer in transfers if transfer["debit"] == "HELD")
        if hold is None or hold.state != "OPEN" or moved != hold.points:
            self._wrong(Wrong.BAD_HOLD, entry, f"hold {entry['refers_to']} is unknown, has ended, or ends in part")
            return
        if (hold.expires_at <= entry["posted_at"]) != (entry["kind"] == "LAPSE"):
            self._wrong(Wrong.BAD_HOLD, entry, f"hold {hold.hold_id} lapsed before its time or was used after it")
        hold.state = ENDINGS[entry["kind"]]
        hold.captured = sum(transfer["points"] for transfer in transfers if transfer["credit"] == "REDEEMED")
