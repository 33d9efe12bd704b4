"""What the commands about reviews do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import InvalidValue
from domain.paging import PageRequest
from domain.reviews import moderating, policies, queries, reading, subjects
from domain.reviews.errors import ReviewNotFound
from domain.reviews.models import Decision, RefusalReason, ReviewState
from domain.reviews.moderating import Judgement
from domain.reviews.policies import ReviewPolicyTerms
from domain.reviews.queries import OwnReview
from domain.reviews.reading import ReviewOrder
from domain.reviews.subjects import ProductNamed
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.meaning import part_of
from hansa.commands.review import tables
from hansa.commands.settle.tables import show
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.typed import Typed
from hansa.reviewing import review_now

NEWEST = 20


async def list_reviews(desk: Desk, state: str | None, *, json: bool) -> None:
    """What waits, or stands so."""
    if state is not None and state not in ReviewState.__members__:
        raise InvalidValue(f"a state is one of {', '.join(ReviewState)}", path=("state",))
    states = () if state is None else (ReviewState(state),)
    found = await desk.whole(queries.worklist, states=states)
    comments = [] if state else await desk.whole(queries.comment_worklist)
    if json:
        reviews = [tables.plain(desk, one) for one in found]
        return reporting.as_json({"reviews": reviews, "comments": [tables.plain_comment(one) for one in comments]})
    if not found and not comments:
        return reporting.say("Nothing waits." if state is None else f"Nothing is {state.lower()}.")
    products = await _products(desk, found)
    if found:
        show(tables.reviews_table(desk, found, products))
    if comments:
        show(tables.comments_table(desk, comments))
    return None


async def show_review(desk: Desk, text: str, *, json: bool) -> None:
    """One review with its versions."""
    review = await desk.ctx.read(queries.review_by_id, _id(text))
    versions = await desk.ctx.read(queries.versions_of, review.review_id)
    if json:
        told = [tables.plain_version(one) for one in versions]
        return reporting.as_json({**tables.plain(desk, review), "versions": told})
    products = await _products(desk, [review])
    show(tables.review_part(desk, review, products))
    return show(tables.versions_table(versions))


async def decide(desk: Desk, text: str, decision: str, reason: str | None, words: str | None, *, json: bool) -> None:
    """Publish, refuse or take down a review, or a comment, as it stands now."""
    if reason is not None and reason not in RefusalReason.__members__:
        raise InvalidValue(f"a reason is one of {', '.join(RefusalReason)}", path=("reason",))
    target, why = _id(text), None if reason is None else RefusalReason(reason)
    version = 1
    try:
        version = (await desk.ctx.read(queries.review_by_id, target)).version
    except ReviewNotFound:
        await desk.ctx.read(queries.comment_by_id, target)
    judgement = Judgement(target_id=target, decision=Decision(decision), version=version, reason=why, words=words)
    await desk.ctx.write(moderating.decide, judgement, by=None, now=desk.ctx.now)
    done = {"PUBLISH": "published", "REFUSE": "refused", "TAKE_DOWN": "taken down"}[decision]
    if json:
        return reporting.as_json({"id": str(target), "decision": decision, "reason": reason})
    return reporting.say(f"It is {done}.")


async def show_product(desk: Desk, gtin: str, *, json: bool) -> None:
    """How a product is judged."""
    pool = desk.ctx.database.pool
    subject = await subjects.find(pool, ProductNamed(gtin=gtin))
    sums = await reading.sums(pool, subject)
    page = await reading.shown(pool, subject, PageRequest(NEWEST), order=ReviewOrder.NEWEST)
    if json:
        return reporting.as_json(tables.plain_product(subject, sums, page.items))
    show(tables.product_part(subject, sums))
    if page.items:
        show(tables.shown_table(page.items))
    return None


async def policy(desk: Desk, file: Path | None, slug: str | None, *, json: bool) -> None:
    """Set a policy, or show all of them."""
    if file is not None:
        owner = None if slug is None else desk.partner(slug)
        partners = {one.slug: desk.partner(one.slug) for one in desk.partners.values()}
        words = Reading(cast=Cast(partners=partners), currency=desk.currency, zone=ZoneInfo(desk.coalition.time_zone))
        terms = Typed(reading=words).read(ReviewPolicyTerms, part_of(file))
        await desk.ctx.write(policies.set_policy, owner, terms, now=desk.ctx.now)
    found = await desk.ctx.read(policies.policies)
    if json:
        return reporting.as_json([tables.plain_policy(desk, one) for one in found])
    if not found:
        return reporting.say("Nobody takes reviews yet: hansa review policy FILE")
    return show(tables.policies_table(desk, found))


async def refusals(desk: Desk, *, json: bool) -> None:
    """What was refused, how often, for how many stars."""
    found = await desk.ctx.read(queries.refused_by_stars)
    if json:
        return reporting.as_json([tables.plain_refused(desk, one) for one in found])
    if not found:
        return reporting.say("No review was refused or taken down.")
    return show(tables.refusals_table(desk, found))


async def run(desk: Desk, *, json: bool) -> None:
    """One turn of the worker."""
    done = await review_now(desk.ctx.database, keys=desk.ctx.keys, now=desk.ctx.now)
    total: dict[str, int] = {}
    for one in done:
        for name, count in asdict(one).items():
            total[name] = total.get(name, 0) + count
    if json:
        return reporting.as_json(total)
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in total.items() if count)
    return reporting.say(f"{told}." if told else "Nothing is due.")


async def _products(desk: Desk, found: list[OwnReview]) -> dict[str, str]:
    names = sorted({one.subject for one in found})
    told = await desk.ctx.read(subjects.subjects_by_names, names)
    return {name: name if one is None else one.name for name, one in zip(names, told, strict=True)}


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ReviewNotFound from None
