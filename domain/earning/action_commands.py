"""What is said of an action, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.earning.action_types import MOST_FIELDS
from domain.earning.actions import Attribute
from domain.earning.commands import AwardCut, AwardGiven, Counters, TokenReceipt, check_texts
from domain.earning.errors import InvalidAction
from domain.earning.verdicts import NoAward, Rating
from domain.idempotency import checked_key
from domain.ids import OutletId, PartnerId
from domain.members.recognition import KnownMember, MemberRef
from domain.values import Points


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAction:
    """A member did something, or its day came round."""

    partner_id: PartnerId
    """Who says so."""
    member: MemberRef | KnownMember
    """As the partner names it; our own jobs know it already."""
    kind: str
    """Its type: one that everybody knows, such as VISIT, or one of the partner's own."""
    idempotency_key: str
    occurred_at: datetime
    dated: bool = True
    """Whether the partner said when."""
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    outlet_id: OutletId | None = None
    outlet_code: str | None = None
    """The outlet, by its id or the partner's own code, if it was at one."""
    channel: str | None = None
    staff: str | None = None
    reference: str | None = None
    """The partner's own number of it."""

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is None:
            raise InvalidAction("occurred_at has an offset", path=("occurred_at",))
        if self.outlet_id is not None and self.outlet_code is not None:
            raise InvalidAction("name the outlet by its id or by its code", path=("outlet_code",))
        if len(self.attributes) > MOST_FIELDS:
            raise InvalidAction(f"an action carries at most {MOST_FIELDS} fields", path=("attributes",))
        checked_key(self.idempotency_key)
        check_texts(channel=self.channel, staff=self.staff, reference=self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReceipt:
    """A recorded action."""

    wallet_id: UUID
    entry_id: UUID
    kind: str
    occurred_at: datetime
    member: KnownMember | None
    """None where the answer is given again and the member is not known by that reference any more."""
    awards: tuple[AwardGiven, ...]
    cuts: tuple[AwardCut, ...] = ()
    tokens: tuple[TokenReceipt, ...] = ()
    counters: Counters
    currency: str
    rating: Rating | None
    """How it was rated; not kept, so None when the answer is given again."""

    @property
    def replayed(self) -> bool:
        """The action was in the books already."""
        return self.rating is None

    @property
    def refusals(self) -> tuple[NoAward, ...]:
        """Campaigns that gave nothing for it, and why."""
        return () if self.rating is None else self.rating.refusals

    @property
    def points(self) -> Points:
        """All points together."""
        return Points(sum(award.points for award in self.awards))
