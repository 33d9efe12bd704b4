"""What the commands about rewards do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID

from domain.earning.seeds import SEED_BYTES
from domain.errors import InvalidValue
from domain.ids import RewardId
from domain.rewards import drawing, finding, managing, matching, stocking
from domain.rewards.errors import RewardStateConflict
from domain.rewards.terms import Reward, RewardKind, RewardState
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.meaning import cast_of, one_called
from hansa.commands.reward import tables
from hansa.commands.settle.tables import show
from hansa.commands.settle.work import plain
from hansa.recipes.drawing import read_recipe
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
    drawn = rewards_of(recipe, await cast_of(desk, recipe, meant), starts_at=desk.ctx.now)
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
        return one_called(name, await desk.ctx.read(finding.latest_versions), "reward", lambda one: one.reward_id)


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


def _imagined(drawn: DrawnReward) -> Reward:
    """A draft as it would be, of no id."""
    return Reward(
        reward_id=RewardId(UUID(int=0)),
        version=1,
        partner_id=drawn.owner,
        state=RewardState.DRAFT,
        terms=drawn.terms,
    )
