"""Which goods a contract keeps for its partner: nobody else's campaigns give points for them, where it is exclusive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from domain.coalition.models import Contract
from domain.storage import ReadSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """Categories of goods that one partner alone may fund points for, in some countries, for some time."""

    partner_id: UUID
    name: str
    """The partner's."""
    contract_id: UUID
    version: int
    categories: tuple[str, ...]
    territories: tuple[str, ...]
    """Countries (ISO 3166); none: everywhere."""
    since: datetime
    until: datetime | None
    """Until another version follows; None: no other is signed."""

    @property
    def where(self) -> str:
        """The territories in words."""
        return f"in {', '.join(self.territories)}" if self.territories else "everywhere"


async def reservations(session: ReadSession, places: Sequence[UUID] | None, *, at: datetime) -> list[Reservation]:
    """What is kept for somebody at the tills of some partners (None: of all), at an instant or later."""
    sql = text("SELECT * FROM reservations(CAST(:places AS uuid[]), :at)")
    found = await session.execute(sql, {"places": None if places is None else list(places), "at": at})
    return [_read(row) for row in found.mappings()]


def collisions(standing: Iterable[Reservation], contract: Contract) -> Iterator[Reservation]:
    """Those of others that a contract's own exclusivity would contradict at some time."""
    wanted = set(contract.exclusive_categories)
    for other in standing:
        if other.partner_id == contract.partner_id or not wanted.intersection(other.categories):
            continue
        apart = other.until is not None and other.until <= contract.valid_from
        if not apart and _share_places(other, contract):
            yield other


def _share_places(one: Reservation, contract: Contract) -> bool:
    if not one.territories or not contract.territories:
        return True
    return bool(set(one.territories) & set(contract.territories))


def _read(row: object) -> Reservation:
    values = dict(row)  # type: ignore[call-overload]
    return Reservation(**values | {name: tuple(values[name]) for name in ("categories", "territories")})
