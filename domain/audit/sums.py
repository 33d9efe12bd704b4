"""The sums that hold over all wallets: every point issued is somewhere, for the whole and for each sponsor."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from domain.audit.canonical import Row
from domain.audit.findings import Finding, Wrong

PLACES = ("in wallets", "in transit", "redeemed", "used to repay debt", "expired", "clawed back unspent")
PLACE_OF = {"REDEEM": "redeemed", "EXPIRE": "expired", "CLAWBACK": "clawed back unspent"}


@dataclass(slots=True)
class Sums:
    """What was issued and where it is, by sponsor; and what became debt."""

    issued: Counter[UUID] = field(default_factory=Counter)
    places: dict[str, Counter[UUID]] = field(default_factory=lambda: defaultdict(Counter))
    made_debt: int = 0
    repaid: int = 0
    owed: int = 0

    def add_transfer(self, transfer: Row) -> None:
        """Count one transfer."""
        sponsor, points, kind = transfer["sponsor_id"], transfer["points"], transfer["kind"]
        if kind in {"ACCRUE", "ADJUST"}:
            self.issued[sponsor] += points
        elif "DEBT" in {transfer["debit"], transfer["credit"]}:
            self._count_debt(transfer)
        elif kind == "MOVE":
            self.places["in transit"][sponsor] += points if transfer["credit"] == "TRANSIT" else -points
        elif kind == "UNREDEEM":
            self.places["redeemed"][sponsor] -= points
        elif kind in PLACE_OF:
            self.places[PLACE_OF[kind]][sponsor] += points

    def _count_debt(self, transfer: Row) -> None:
        points = transfer["points"]
        match transfer["kind"]:
            case "CLAWBACK":
                self.made_debt += points
            case "REPAY":
                self.places["used to repay debt"][transfer["sponsor_id"]] += points
                self.repaid += points
            case "MOVE":  # owed while on its way
                self.owed += points if transfer["credit"] == "DEBT" else -points

    def add_standing(self, lots: Iterable[Row], debts: Iterable[Row]) -> None:
        """Count what a wallet's rows say is left."""
        for lot in lots:
            self.places["in wallets"][lot["sponsor_id"]] += lot["remaining"]
        self.owed += sum(debt["points"] - debt["repaid"] for debt in debts)

    def findings(self) -> Iterator[Finding]:
        """Where the sums do not come out."""
        sponsors = set(self.issued).union(*self.places.values())
        for sponsor in sorted(sponsors):
            found = {place: self.places[place][sponsor] for place in PLACES}
            if self.issued[sponsor] != sum(found.values()):
                parts = ", ".join(f"{points} {place}" for place, points in found.items())
                what = f"sponsor {sponsor} issued {self.issued[sponsor]}, but there are {parts}"
                yield Finding(wrong=Wrong.SUM_DIFFERS, what=what)
        if self.made_debt != self.repaid + self.owed:
            yield Finding(
                wrong=Wrong.SUM_DIFFERS,
                what=f"{self.made_debt} points became debt, but {self.repaid} are repaid and {self.owed} owed",
            )
