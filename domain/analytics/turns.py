"""The turns of a campaign's wheels worked out again from its revealed seed, and held to what was given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.earning.counting import turned
from domain.earning.errors import CampaignNotFound, CampaignStateConflict
from domain.earning.prizes import Prize, Slot, Token
from domain.earning.queries import seeds_by_ids, versions_of
from domain.earning.rules import prizes_of
from domain.earning.seeds import commitment_of
from domain.earning.terms import Campaign
from domain.ids import CampaignId
from domain.storage import ReadSession

_TURNS = text("SELECT * FROM campaign_turns(:campaign_id)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberTurns:
    """A member's turns of a wheel, and what it was given under the campaign."""

    member_id: UUID
    slots: tuple[Slot, ...]
    """Where the wheel stopped, turn by turn."""
    points: int
    """Points that were given."""
    points_cut: int
    """Points that fell away for want of a budget or of a sponsor's means."""
    tokens: tuple[str, ...]
    """Things that were won, by kind and name."""
    alone: bool
    """Whether the campaign gives nothing but turns, within no cap: then all that was given is the wheel's."""

    @property
    def points_due(self) -> int:
        """What the wheel gives in points."""
        return sum(slot.points for slot in self.slots)

    @property
    def tokens_due(self) -> tuple[str, ...]:
        """What the wheel gives beside points."""
        return tuple(sorted(called(slot.token) for slot in self.slots if slot.token is not None))

    @property
    def holds(self) -> bool:
        """Whether the member was given what the wheel says: just that, or where more is promised, no less in things."""
        if self.alone:
            return self.points + self.points_cut == self.points_due and Counter(self.tokens) == Counter(self.tokens_due)
        return not Counter(self.tokens_due) - Counter(self.tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """All turns of a campaign's wheel."""

    campaign: Campaign
    seed: bytes
    members: tuple[MemberTurns, ...]

    @property
    def kept(self) -> bool:
        """Whether the seed is the one that was promised."""
        return commitment_of(self.seed) == self.campaign.commitment

    @property
    def holds(self) -> bool:
        """Whether every turn was given as the wheel says."""
        return self.kept and all(member.holds for member in self.members)


async def turns_of(session: ReadSession, campaign_id: CampaignId) -> Turns:
    """The turns of a campaign whose seed is open, read with the coalition's sight.

    A campaign whose versions promised different wheels is refused: which of them a turn was of is not kept.
    Raises: CampaignNotFound, CampaignStateConflict.
    """
    versions = await versions_of(session, campaign_id)
    if not versions:
        raise CampaignNotFound
    (seed,) = await seeds_by_ids(session, [campaign_id])
    live = [version for version in versions if version.commitment is not None]
    if seed is None or not live:
        raise CampaignStateConflict("without a revealed seed", "worked out again")
    wheels = {prize.wheel for version in live for prize in prizes_of(version.terms.rule) if prize.wheel}
    if len(wheels) != 1:
        raise CampaignStateConflict("one with several wheels", "worked out again")
    (wheel,) = wheels
    alone = all(_only_wheels(version) for version in live)
    rows = (await session.execute(_TURNS, {"campaign_id": campaign_id})).all()
    members = tuple(_member(row, seed, live[-1], wheel, alone=alone) for row in rows)
    return Turns(campaign=live[-1], seed=seed, members=members)


def called(token: Token) -> str:
    """A thing that was won, by kind and name."""
    return f"{token.kind} {token.name}"


def _only_wheels(campaign: Campaign) -> bool:
    prizes: tuple[Prize, ...] = prizes_of(campaign.terms.rule)
    return not campaign.terms.caps and all(prize.wheel for prize in prizes)


def _member(row: Any, seed: bytes, campaign: Campaign, wheel: tuple[Slot, ...], *, alone: bool) -> MemberTurns:
    return MemberTurns(
        member_id=row.member_id,
        slots=tuple(turned(seed, campaign, row.member_id, turn + 1, wheel) for turn in range(row.turns)),
        points=row.points,
        points_cut=row.points_cut,
        tokens=tuple(sorted(row.tokens)),
        alone=alone,
    )
