"""Rewards: as storefronts and members see them, and as the partners that own and pay for them manage them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from secrets import token_bytes
from uuid import UUID

from domain.coalition.founding import zone
from domain.earning.seeds import SEED_BYTES
from domain.errors import InvalidValue
from domain.ids import PartnerId, RewardId
from domain.members import recognition
from domain.members.errors import MemberNotFound
from domain.members.recognition import MemberRef
from domain.paging import Page, PageRequest
from domain.rewards import drawing, finding, handing, managing, matching, reaching, stocking
from domain.rewards.drawing import DrawTold
from domain.rewards.errors import RewardNotFound
from domain.rewards.lots import Ticket
from domain.rewards.matching import Giving
from domain.rewards.reaching import Reach
from domain.rewards.terms import Reward, RewardKind, RewardState, RewardTerms
from partners.viewer import Audience
from resolvers.coalition import coalition
from resolvers.context import Context
from resolvers.policies import acting_partner, member_meant, serving_partner

MOST_REACHES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rewards are asked for; a part that says nothing asks nothing."""

    kinds: frozenset[RewardKind] = frozenset()
    partner_id: PartnerId | None = None
    """Where they can be had."""
    most_points: int | None = None
    """To be had for so many points at most."""

    def meets(self, reward: Reward) -> bool:
        """Whether a reward is one of them."""
        terms = reward.terms
        if self.kinds and terms.kind not in self.kinds:
            return False
        if self.partner_id is not None and self.partner_id not in terms.partners:
            return False
        cheapest = terms.pay.least if terms.pay is not None else min(step.points for step in terms.steps)
        return self.most_points is None or cheapest <= self.most_points


async def live(ctx: Context, page: PageRequest, wanted: Wanted) -> Page[Reward]:
    """The rewards that can be had or will be, the newest first: to members and visitors those for everybody."""
    own = ctx.viewer.audience in {Audience.PARTNER, Audience.COALITION}
    seen = await ctx.fetch(finding.rewards_live, sight=ctx.viewer.sight, now=ctx.now)
    found = [one.reward for one in seen if own or not one.reward.terms.segments]
    after = found if page.after is None else [one for one in found if (one.reward_id,) < page.after]
    meeting = [one for one in after if wanted.meets(one)]
    return Page.of(meeting[: page.first + 1], page, lambda reward: (reward.reward_id,))


async def reaches(ctx: Context, wanted: Wanted, *, only_now: bool, first: int) -> list[Reach]:
    """What each reward is to the member meant, the nearest first."""
    if not 0 < first <= MOST_REACHES:
        raise InvalidValue(f"first is between 1 and {MOST_REACHES}, not {first}", path=("first",))
    usual = zone((await coalition(ctx)).time_zone)
    sight = ctx.viewer.sight
    _, found = await ctx.fetch(reaching.reaches, member_meant(ctx.viewer), sight=sight, zone=usual, now=ctx.now)
    return [one for one in found if wanted.meets(one.reward) and (one.now or not only_now)][:first]


async def find(ctx: Context, reward_id: UUID) -> Reward:
    """A reward that the viewer may see: one's own in its latest version, else as it can be had.

    Raises: RewardNotFound.
    """
    if ctx.viewer.audience in {Audience.PARTNER, Audience.COALITION}:
        versions = await ctx.read(finding.versions_of, RewardId(reward_id))
        if versions:
            return versions[-1]
    return await _for_visitors(ctx, RewardId(reward_id))


async def of_partner(ctx: Context, page: PageRequest, states: Collection[RewardState]) -> Page[Reward]:
    """The versions of rewards that the partner owns, pays for or gives."""
    partner_id = PartnerId(acting_partner(ctx.viewer))
    return await ctx.read(finding.rewards_of, partner_id, page, states=states)


def concerns(ctx: Context, reward: Reward) -> bool:
    """Whether the viewer is the reward's owner or pays for it, or is the coalition: not only where it can be had."""
    if ctx.viewer.audience is Audience.COALITION:
        return True
    parties = {reward.partner_id, *reward.terms.funders}
    return ctx.viewer.on_behalf_of is None and ctx.viewer.partner_id in parties


async def left(ctx: Context, reward: Reward) -> int | None:
    """How many pieces are left, where that is shown."""
    return None if reward.terms.stock is None else await ctx.load(finding.stocks_by_ids, reward.reward_id)


async def draw_told(ctx: Context, reward: Reward) -> DrawTold | None:
    """How the reward's draw stands."""
    return None if reward.commitment is None else await ctx.load(drawing.draws_told, reward.reward_id)


async def tickets(ctx: Context, reward_id: UUID, first: int) -> list[Ticket]:
    """Tickets of a draw that took place, from a number on. Raises: RewardNotFound."""
    if first < 0:
        raise InvalidValue("a ticket's number is 0 or more", path=("from",))
    reward = await find(ctx, reward_id)
    return await ctx.fetch(drawing.tickets_told, reward.reward_id, first=first)


async def awaiting(ctx: Context, reward: Reward) -> set[PartnerId]:
    """The sponsors that have not agreed to the terms as they are, for those whom it concerns."""
    if not concerns(ctx, reward):
        return set()
    agreed = await ctx.read(finding.agreed_sponsors, reward.reward_id, reward.terms.fingerprint())
    return set(reward.terms.funders) - set(agreed) - {reward.partner_id}


async def giving(ctx: Context, charity: str | None) -> list[Giving]:
    """What came together for charities."""
    return await ctx.fetch(matching.giving, charity)


async def my_giving(ctx: Context) -> list[Giving]:
    """What the member who asks gave."""
    return await ctx.fetch(matching.given_by, member_meant(ctx.viewer))


async def has_access(ctx: Context, reward_id: UUID, ref: MemberRef) -> bool:
    """Whether a member has redeemed a reward of this partner and still has it. Raises: MemberNotFound."""
    whose = PartnerId(serving_partner(ctx.viewer))
    async with ctx.guessable():
        (member,) = await ctx.fetch(recognition.recognise, [ref], whose, key=ctx.keys.lookups, now=ctx.now)
        if member is None:
            raise MemberNotFound
    return await ctx.fetch(finding.holds, whose, RewardId(reward_id), member)


async def draft(ctx: Context, terms: RewardTerms) -> Reward:
    """Write a new reward."""
    return await ctx.write(managing.draft, _owner(ctx), terms, now=ctx.now)


async def change(ctx: Context, reward_id: UUID, terms: RewardTerms) -> Reward:
    """Change a draft, or draft the next version."""
    return await ctx.write(managing.change, _owner(ctx), RewardId(reward_id), terms, now=ctx.now)


async def agree(ctx: Context, reward_id: UUID, fingerprint: bytes) -> Reward:
    """Agree, as a sponsor, to exactly these terms."""
    await ctx.write(managing.agree, _owner(ctx), RewardId(reward_id), fingerprint, now=ctx.now)
    return await find(ctx, reward_id)


async def publish(ctx: Context, reward_id: UUID) -> Reward:
    """Let a draft be had."""
    seed, by = token_bytes(SEED_BYTES), ctx.viewer.person_id
    return await ctx.write(managing.publish, _owner(ctx), RewardId(reward_id), seed=seed, by=by, now=ctx.now)


async def pause(ctx: Context, reward_id: UUID) -> Reward:
    """Let nobody have it for now."""
    return await ctx.write(managing.pause, _owner(ctx), RewardId(reward_id), now=ctx.now)


async def resume(ctx: Context, reward_id: UUID) -> Reward:
    """Go on under the same terms."""
    return await ctx.write(managing.resume, _owner(ctx), RewardId(reward_id), now=ctx.now)


async def end(ctx: Context, reward_id: UUID) -> Reward:
    """Let nobody have it any more."""
    return await ctx.write(managing.end, _owner(ctx), RewardId(reward_id), now=ctx.now)


async def add_stock(ctx: Context, reward_id: UUID, pieces: int) -> Reward:
    """Add pieces, or take some out."""
    by = ctx.viewer.person_id
    return await ctx.write(stocking.add, _owner(ctx), RewardId(reward_id), pieces, by=by, now=ctx.now)


async def draw(ctx: Context, reward_id: UUID) -> Reward:
    """Draw a sweepstake, and hand its prizes over."""
    reward = await ctx.write(drawing.draw, _owner(ctx), RewardId(reward_id), now=ctx.now)
    return await hand_over(ctx, reward)


async def hand_over(ctx: Context, reward: Reward) -> Reward:
    """Hand the prizes of a draw over, as far as that was not done."""
    winners = await ctx.read(drawing.winners_of, reward.reward_id)
    currency = (await coalition(ctx)).currency
    made = await ctx.post(handing.hand_over, reward, winners, currency=currency, now=ctx.now)
    await ctx.write(handing.note_handed, reward, made)
    return reward


def _owner(ctx: Context) -> PartnerId:
    return PartnerId(acting_partner(ctx.viewer))


async def _for_visitors(ctx: Context, reward_id: RewardId) -> Reward:
    """A reward that is or was live; one for members of segments only to a member it means. Raises: RewardNotFound."""
    found = await ctx.fetch(finding.reward_told, reward_id, sight=ctx.viewer.sight)
    if ctx.viewer.audience is Audience.MEMBER and found.reward.terms.segments:
        usual = zone((await coalition(ctx)).time_zone)
        member, sight = member_meant(ctx.viewer), ctx.viewer.sight
        standing = await ctx.fetch(reaching.standing_of, member, [found.reward], sight=sight, zone=usual, now=ctx.now)
        if reaching.reach_of(found, standing, zone=usual, now=ctx.now) is None:
            raise RewardNotFound
    return found.reward
