"""What the commands about campaigns do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from domain.analytics import turns as turning
from domain.analytics.results import Bucket, results_of
from domain.earning import managing, queries, seeds
from domain.earning.seeds import SEED_BYTES
from domain.earning.terms import Campaign, CampaignState
from domain.errors import InvalidValue
from domain.ids import CampaignId
from hansa import reporting
from hansa.commands.campaign import tables
from hansa.commands.desk import Desk
from hansa.commands.meaning import cast_of, one_called
from hansa.commands.settle.tables import show
from hansa.commands.settle.work import plain
from hansa.recipes.drawing import Drawn, read_recipe
from resolvers import segments as measuring

Step = Callable[..., Awaitable[Campaign]]
MOST_DAYS = timedelta(days=62)
"""A longer time is told by the month."""
STEPS: dict[str, Step] = {
    "pause": managing.pause,
    "resume": managing.resume,
    "end": managing.end,
    "reveal": seeds.reveal,
}


async def list_campaigns(desk: Desk, slug: str | None, state: str | None, trigger: str | None, *, json: bool) -> None:
    """The latest versions of campaigns."""
    if state is not None and state not in CampaignState.__members__:
        raise InvalidValue(f"a state is one of {', '.join(CampaignState)}", path=("state",))
    found = [
        one
        for one in await desk.ctx.read(queries.latest_versions)
        if (slug is None or desk.partner(slug) in _parties(one))
        and (state is None or one.state == state)
        and (trigger is None or trigger in one.terms.when.triggers)
    ]
    if json:
        return reporting.as_json([tables.plainly(desk, one) for one in found])
    if not found:
        return reporting.say("There are no such campaigns: hansa campaign draw-up FILE")
    return show(tables.campaigns_table(desk, found))


async def show_campaign(desk: Desk, name: str, *, json: bool) -> None:
    """One campaign, part by part."""
    await _say(desk, await named(desk, name), json=json)


async def draw_up(desk: Desk, file: Path, meant: Sequence[str], *, preview: bool, json: bool) -> None:
    """The campaigns of a file: drafted, or changed where their owner has one that is called so."""
    drawn = await _drawn(desk, file, meant)
    known = {(one.partner_id, one.terms.name): one for one in await desk.ctx.read(queries.latest_versions)}
    done = []
    for one in drawn:
        before = known.get((one.owner, one.terms.name))
        if preview:
            done.append(_imagined(one))
        elif before is None or before.state is CampaignState.ENDED:
            done.append(await desk.ctx.write(managing.draft, one.owner, one.terms, now=desk.ctx.now))
        else:
            changing = (one.owner, before.campaign_id, one.terms)
            done.append(await desk.ctx.write(managing.change, *changing, now=desk.ctx.now))
    if json:
        return reporting.as_json([tables.plainly(desk, one) for one in done])
    return show(tables.campaigns_table(desk, done))


async def agree(desk: Desk, name: str, sponsor: str, *, json: bool) -> None:
    """A sponsor agrees to the terms as they are."""
    campaign = await named(desk, name)
    agreeing = (desk.partner(sponsor), campaign.campaign_id, campaign.terms.fingerprint())
    await desk.ctx.write(managing.agree, *agreeing, now=desk.ctx.now)
    await _say(desk, campaign, json=json)


async def publish(desk: Desk, name: str, *, json: bool) -> None:
    """A draft goes live."""
    campaign = await named(desk, name)
    seed = secrets.token_bytes(SEED_BYTES)
    whose = (campaign.partner_id, campaign.campaign_id)
    await _say(desk, await desk.ctx.write(managing.publish, *whose, seed=seed, now=desk.ctx.now), json=json)


async def step(desk: Desk, name: str, which: str, *, json: bool) -> None:
    """A campaign is paused, goes on, or ends; or its seed is opened."""
    campaign = await named(desk, name)
    done = await desk.ctx.write(STEPS[which], campaign.partner_id, campaign.campaign_id, now=desk.ctx.now)
    await _say(desk, done, json=json)


async def results(desk: Desk, name: str, by: str | None, *, json: bool) -> None:
    """What a campaign has come to."""
    if by is not None and by not in Bucket.__members__:
        raise InvalidValue(f"results are shown by {' or '.join(Bucket)}", path=("by",))
    campaign = await named(desk, name)
    bucket = Bucket(by) if by is not None else _readable(campaign, desk.ctx.now)
    found = await desk.ctx.read(results_of, campaign.campaign_id, bucket=bucket, now=desk.ctx.now)
    if json:
        told = plain(found) | {"campaign": tables.plainly(desk, campaign)}
        return reporting.as_json(told)
    return show(tables.results_part(desk, found, bucket))


def _readable(campaign: Campaign, now: datetime) -> Bucket:
    window = campaign.window()
    return Bucket.DAY if window is None or now - window[0] <= MOST_DAYS else Bucket.MONTH


async def turns(desk: Desk, name: str, *, json: bool) -> None:
    """The turns of a wheel, worked out again."""
    campaign = await named(desk, name)
    found = await desk.ctx.read(turning.turns_of, campaign.campaign_id)
    if json:
        members = [plain(one) | {"holds": one.holds} for one in found.members]
        return reporting.as_json({"seed": found.seed.hex(), "kept": found.kept, "members": members})
    return show(tables.turns_part(found))


async def uplift(desk: Desk, name: str, *, json: bool) -> None:
    """What a campaign has brought."""
    found = await measuring.uplift(desk.ctx, (await named(desk, name)).campaign_id)
    if json:
        sides = {side: plain(getattr(found, side)) for side in ("treated", "control", "difference", "incremental")}
        return reporting.as_json(sides | {"cost": plain(found.cost), "cost_per_sale": plain(found.cost_per_sale)})
    return show(tables.uplift_part(found))


async def named(desk: Desk, name: str) -> Campaign:
    """The campaign with this name or id; of several so called, the one that has not ended. Raises: NotFound."""
    try:
        return await desk.ctx.read(queries.campaign_by_id, CampaignId(UUID(name)))
    except ValueError:
        return one_called(name, await desk.ctx.read(queries.latest_versions), "campaign", lambda one: one.campaign_id)


def _parties(campaign: Campaign) -> set[UUID]:
    terms = campaign.terms
    return {campaign.partner_id, *terms.partners, *(sponsor.partner_id for sponsor in terms.sponsors)}


async def _say(desk: Desk, campaign: Campaign, *, json: bool) -> None:
    agreed = await desk.ctx.read(queries.agreed_sponsors, campaign.campaign_id, campaign.terms.fingerprint())
    missing = [one for one in campaign.terms.funders if one not in agreed and one != campaign.partner_id]
    if json:
        return reporting.as_json(tables.plainly(desk, campaign) | {"awaiting": plain(missing)})
    return show(tables.campaign_part(desk, campaign, missing))


async def _drawn(desk: Desk, file: Path, meant: Sequence[str]) -> tuple[Drawn, ...]:
    recipe = read_recipe(file)
    return recipe.drawn(await cast_of(desk, recipe, meant))


def _imagined(drawn: Drawn) -> Campaign:
    """A draft as it would be, of no id."""
    return Campaign(
        campaign_id=CampaignId(UUID(int=0)),
        version=1,
        partner_id=drawn.owner,
        state=CampaignState.DRAFT,
        terms=drawn.terms,
    )
