"""What members say of a shop's jam, and a trial of it: one review is read by everybody, another waits for the shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from domain.members import consents
from domain.members.consent_texts import TEXT_VERSION
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.reviews import moderating, policies, writing
from domain.reviews.models import Decision
from domain.reviews.moderating import Judgement
from domain.reviews.policies import ReviewPolicyTerms
from domain.reviews.subjects import ProductNamed
from domain.reviews.texts import Opinion
from domain.storage import Sight
from domain.surveys.terms import SurveyId
from domain.trials import managing, taking_part
from domain.trials.terms import Choosing, Handing, TrialTerms
from tests.isolation.shop import NOW, OPENED, Shop, acting

JAMS = {"amber": "4750000000024", "birch": "4750000000031"}
"""Bar codes of what each shop sells; everybody may read what is said of it."""
LONG = timedelta(days=90)


async def opine(shop: Shop, member: KnownMember, guest: KnownMember) -> None:
    """A policy of the shop's, a review that is shown, one that waits, a comment that waits; and a trial."""
    jam = ProductItem(sku="jam", name="Jam", gtin=JAMS[shop.name])
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        await feeding.feed(session, shop.partner_id, [jam], now=OPENED)
        await policies.set_policy(session, shop.partner_id, ReviewPolicyTerms(), now=OPENED)
    shop.made |= await _reviews(shop, member, guest)
    shop.made["trial"] = await _trial(shop, member)


async def _reviews(shop: Shop, member: KnownMember, guest: KnownMember) -> dict[str, UUID]:
    pool, named = shop.database.pool, ProductNamed(gtin=JAMS[shop.name])
    page = shop.partner_id
    shown = await writing.write(pool, member.member_id, named, Opinion(stars=4, title="Jam"), page=page, now=OPENED)
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        publish = Judgement(target_id=shown, decision=Decision.PUBLISH)
        await moderating.decide(session, publish, by=None, now=OPENED)
    secret = Opinion(stars=2, title=shop.secret("Title"), words=shop.secret("Opinion"))
    waiting = await writing.write(pool, guest.member_id, named, secret, page=page, now=OPENED)
    said = await writing.comment(pool, shown, shop.secret("Reply"), member_id=guest.member_id, now=OPENED)
    answer = await writing.comment(pool, shown, "Thank you", partner_id=shop.partner_id, now=OPENED)
    return {"review": waiting, "shown review": shown, "review comment": said, "shown comment": answer}


async def _trial(shop: Shop, member: KnownMember) -> UUID:
    """One place, for those on its list: its member has it; the next version is being written."""
    terms = TrialTerms(
        name=f"{shop.name} trial",
        products=frozenset({"jam"}),
        places=1,
        survey=SurveyId(shop.made["survey"]),
        apply_from=OPENED,
        apply_until=NOW + LONG,
        feedback_until=NOW + 2 * LONG,
        handing=Handing.OUTLET,
        choosing=Choosing.FIRST_COME,
        accept_days=90,
        segments=frozenset({shop.made["list"].segment_id}),
        offers=False,
    )
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        drawn = await managing.draft(session, shop.partner_id, terms, now=OPENED)
        live = await managing.publish(session, shop.partner_id, drawn.trial_id, seed=bytes(32), now=OPENED)
        following = replace(terms, words={"en": shop.secret("Trial")})
        await managing.change(session, shop.partner_id, live.trial_id, following, now=OPENED)
    await taking_part.apply(shop.database.pool, live.trial_id, member.member_id, now=OPENED)
    await taking_part.take(shop.database.pool, live.trial_id, member.member_id, now=OPENED)
    async with acting(shop.database, Sight.member(member.member_id)) as session:
        offers = {ConsentPurpose.OFFERS}
        await consents.give(session, member.member_id, shop.partner_id, offers, text_version=TEXT_VERSION, now=OPENED)
    return live.trial_id
