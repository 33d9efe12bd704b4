"""What the commands about rewards do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID

from domain.coalition.queries import outlet_by_code
from domain.earning.seeds import SEED_BYTES
from domain.errors import InvalidValue, NotFound
from domain.ids import OutletId, PartnerId, RewardId
from domain.rewards import drawing, finding, managing, matching, stocking
from domain.rewards.errors import RewardStateConflict
from domain.rewards.terms import Reward, RewardKind, RewardState
from domain.segments.queries import find_named
from domain.vouchers.queries import latest_coupons
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.reward import tables
from hansa.commands.settle.tables import show
from hansa.commands.settle.work import plain
from hansa.recipes.drawing import Recipe, read_recipe
from hansa.recipes.giving import Cast
from hansa.recipes.rewarding import DrawnReward, rewards_of
from resolvers.rewards import hand_over

Step = Callable[..., Awaitable[Reward]]
STEPS: dict[str, Step] = {"pause": managing.pause, "resume": managing.resume, "end": managing.end}


async def list_rewards(desk: Desk, slug: str | None, state: str | None, kind: str | None, *, json: bool) -> None:
    """The latest versions of rewards."""
    for named, known in ((state, RewardState), (kind, RewardKind)):
        if named is not None and named not in known.__members__:
            raise InvalidValue(f"{named!r} is none of {', '.join(known)}")
    whose = None if slug is None else desk.partner(slug)
    found = [
        one
        for one in await desk.ctx.read(finding.latest_versions)
        if (whose is None or whose in _parties(one))
        and (state is None or one.state == state)
        and (kind is None or one.terms.kind == kind)
    ]
    if not found and not json:
        return reporting.say("There are no such rewards: hansa reward draw-up FILE")
    return await _list(desk, found, json=json)


async def show_reward(desk: Desk, name: str, *, json: bool) -> None:
    """One reward, part by part."""
    await _say(desk, await named(desk, name), json=json)


async def draw_up(desk: Desk, file: Path, meant: Sequence[str], *, preview: bool, json: bool) -> None:
    """The rewards of a file: drafted, or changed where their owner has one that is called so."""
    recipe = read_recipe(file)
    if recipe.currency != desk.currency:
        raise InvalidValue(f"{file.name} is in {recipe.currency}, the coalition in {desk.currency}", path=("file",))
    drawn = rewards_of(recipe, await _cast(desk, recipe, dict(_pair(one) for one in meant)), starts_at=desk.ctx.now)
    known = {(one.partner_id, one.terms.name): one for one in await desk.ctx.read(finding.latest_versions)}
    done = []
    for one in drawn:
        before = known.get((one.owner, one.terms.name))
        if preview:
            done.append(_imagined(one))
        elif before is None or before.state is RewardState.ENDED:
            done.append(await desk.ctx.write(managing.draft, one.owner, one.terms, now=desk.ctx.now))
        else:
            changing = (one.owner, before.reward_id, one.terms)
            done.append(await desk.ctx.write(managing.change, *changing, now=desk.ctx.now))
    await _list(desk, done, json=json)


async def agree(desk: Desk, name: str, sponsor: str, *, json: bool) -> None:
    """A sponsor agrees to the terms as they are."""
    reward = await named(desk, name)
    agreeing = (desk.partner(sponsor), reward.reward_id, reward.terms.fingerprint())
    await desk.ctx.write(managing.agree, *agreeing, now=desk.ctx.now)
    await _say(desk, reward, json=json)


async def publish(desk: Desk, name: str, *, json: bool) -> None:
    """A draft goes live."""
    reward = await named(desk, name)
    seed = secrets.token_bytes(SEED_BYTES)
    whose = (reward.partner_id, reward.reward_id)
    await _say(desk, await desk.ctx.write(managing.publish, *whose, seed=seed, now=desk.ctx.now), json=json)


async def step(desk: Desk, name: str, which: str, *, json: bool) -> None:
    """A reward is paused, goes on, or ends."""
    reward = await named(desk, name)
    done = await desk.ctx.write(STEPS[which], reward.partner_id, reward.reward_id, now=desk.ctx.now)
    await _say(desk, done, json=json)


async def stock(desk: Desk, name: str, add: int | None, *, json: bool) -> None:
    """How many pieces are left, after some were added."""
    reward = await named(desk, name)
    if add is not None:
        whose = (reward.partner_id, reward.reward_id, add)
        await desk.ctx.write(stocking.add, *whose, by=None, now=desk.ctx.now)
    (left,) = await desk.ctx.read(finding.stocks_by_ids, [reward.reward_id])
    if json:
        return reporting.as_json({"id": str(reward.reward_id), "left": left})
    return reporting.say(f"{reward.terms.name}: {'no stock' if left is None else f'{left:,} left'}")


async def draw(desk: Desk, name: str, *, check: bool, json: bool) -> None:
    """A sweepstake is drawn, its prizes are handed over, and the draw is proved by what is published."""
    reward = await named(desk, name)
    if not check:
        drawn = await desk.ctx.write(drawing.draw, reward.partner_id, reward.reward_id, now=desk.ctx.now)
        reward = await hand_over(desk.ctx, drawn)
    (told,) = await desk.ctx.read(drawing.draws_told, [reward.reward_id])
    if reward.terms.draw is None or told is None or told.seed is None:
        raise RewardStateConflict("not drawn yet", "checked")
    tickets = await desk.ctx.fetch(drawing.all_tickets, reward.reward_id)
    proof = drawing.prove(reward.terms.draw, told, tickets)
    if json:
        shown = plain(told) | {"commitment": told.commitment.hex(), "seed": told.seed.hex()}
        digest = None if told.digest is None else told.digest.hex()
        return reporting.as_json(shown | {"digest": digest, "proof": plain(proof) | {"holds": proof.holds}})
    return show(tables.draw_part(reward, told, proof))


async def giving(desk: Desk, charity: str | None, *, json: bool) -> None:
    """What came together for charities."""
    found = await desk.ctx.fetch(matching.giving, charity)
    if json:
        return reporting.as_json([plain(one) for one in found])
    if not found:
        return reporting.say("Nothing was given yet.")
    return show(tables.giving_table(desk, found))


async def named(desk: Desk, name: str) -> Reward:
    """The reward with this name or id; of several so called, the one that has not ended. Raises: NotFound."""
    try:
        return await desk.ctx.read(finding.reward_by_id, RewardId(UUID(name)))
    except ValueError:
        found = [one for one in await desk.ctx.read(finding.latest_versions) if one.terms.name == name]
    going = [one for one in found if one.state is not RewardState.ENDED] or found[-1:]
    if len(going) == 1:
        return going[0]
    if not going:
        raise NotFound(f"There is no reward {name!r}: hansa reward list", path=("name",))
    ids = ", ".join(str(one.reward_id) for one in going)
    raise NotFound(f"Several rewards are called {name!r}; name one by its id: {ids}", path=("name",))


def _parties(reward: Reward) -> set[UUID]:
    return {reward.partner_id, *reward.terms.partners, *reward.terms.funders}


async def _list(desk: Desk, rewards: Sequence[Reward], *, json: bool) -> None:
    left = await desk.ctx.read(finding.stocks_by_ids, [one.reward_id for one in rewards])
    if json:
        return reporting.as_json(
            [tables.plainly(desk, one) | {"left": rest} for one, rest in zip(rewards, left, strict=True)]
        )
    return show(tables.rewards_table(desk, rewards, left))


async def _say(desk: Desk, reward: Reward, *, json: bool) -> None:
    agreed = await desk.ctx.read(finding.agreed_sponsors, reward.reward_id, reward.terms.fingerprint())
    missing = [one for one in reward.terms.funders if one not in agreed and one != reward.partner_id]
    (left,) = await desk.ctx.read(finding.stocks_by_ids, [reward.reward_id])
    if json:
        return reporting.as_json(tables.plainly(desk, reward) | {"awaiting": plain(missing), "left": left})
    return show(tables.reward_part(desk, reward, missing, left))


async def _cast(desk: Desk, recipe: Recipe, slugs: dict[str, str]) -> Cast:
    """Who and what is meant by the names of a file. Raises: NotFound."""
    partners = {name: desk.partner(slugs.get(name, name)) for name in recipe.partners}
    outlets = {
        code: OutletId((await desk.ctx.read(outlet_by_code, partners[whose], code)).outlet_id)
        for code, whose in recipe.outlets.items()
    }
    segments = {name: await _segment(desk, name, list(partners.values())) for name in recipe.segments}
    known = {one.terms.name: one.coupon_id for one in await desk.ctx.read(latest_coupons)}
    said = recipe.parts["coupons"].named() if recipe.coupons else {}
    titles = {key: part.named()["name"].text() for key, part in said.items() if "name" in part.named()}
    coupons = {key: (known[title], title) for key, title in titles.items() if title in known}
    return Cast(partners=partners, outlets=outlets, segments=segments, coupons=coupons)


async def _segment(desk: Desk, name: str, partners: Sequence[PartnerId]) -> UUID:
    for owner in (*partners, None):
        found = await desk.ctx.read(find_named, owner, name)
        if found is not None:
            return found.segment_id
    raise NotFound(f"There is no segment {name!r}: hansa segment define FILE", path=("segments",))


def _pair(text: str) -> tuple[str, str]:
    name, sign, slug = text.partition("=")
    if not (name and sign and slug):
        raise InvalidValue(f"{text!r} is not of the form name=slug", path=("as",))
    return name, slug


def _imagined(drawn: DrawnReward) -> Reward:
    """A draft as it would be, of no id."""
    return Reward(
        reward_id=RewardId(UUID(int=0)),
        version=1,
        partner_id=drawn.owner,
        state=RewardState.DRAFT,
        terms=drawn.terms,
    )
