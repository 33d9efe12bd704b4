"""A maker that lets members try its milk, over a shop's counter, by mail or by a voucher, by the tests' own clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.ids import PartnerId
from domain.members import consents
from domain.members.consent_texts import TEXT_VERSION
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember
from domain.paging import PageRequest
from domain.products import feeding
from domain.products.feeding import ProductItem
from domain.storage import Database, Sight
from domain.surveys import managing as surveys
from domain.surveys.answering import Answered
from domain.surveys.answers import Answer
from domain.surveys.terms import SurveyId, SurveyTerms
from domain.trials import drawing, managing, queries, taking_part
from domain.trials.drawing import DrawTold
from domain.trials.moving_on import TrialsDone, move_on
from domain.trials.queries import OwnTrial, PlaceTold, TrialReport
from domain.trials.terms import Handing, Trial, TrialId, TrialTerms
from domain.vouchers import managing as coupons
from domain.vouchers.terms import CouponTerms, Paid, TakesOff
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, acting
from tests.domain.reviews.shelf import Shelf, a_shelf

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
OPENS, CLOSES, ENDS = NOW, NOW + 10 * DAY, NOW + 40 * DAY
SEED = bytes(range(32))
LIKED = {"taste": Answer(number=5)}
WHOLE = PageRequest(100)

ASKED = {
    "name": "tried",
    "title": {"en": "How was it?"},
    "questions": [{"key": "taste", "kind": "CSAT", "text": {"en": "How was it?"}}],
}


def usual_terms(**changes: Any) -> TrialTerms:
    """Two places, drawn after ten days, tried within forty."""
    usual: dict[str, Any] = {
        "name": "New milk",
        "products": frozenset({"M"}),
        "places": 2,
        "survey": SurveyId(UUID(int=1)),
        "apply_from": OPENS,
        "apply_until": CLOSES,
        "feedback_until": ENDS,
        "handing": Handing.OUTLET,
    }
    return TrialTerms(**{**usual, **changes})


@dataclass
class Kitchen(Shelf):
    """A shelf whose maker lets members try."""

    survey: SurveyId = SurveyId(UUID(int=0))  # noqa: RUF009 -- set once it is asked

    @property
    def maker(self) -> PartnerId:
        """Whose milk it is."""
        return self.world.maker

    def terms(self, **changes: Any) -> TrialTerms:
        """Two places, drawn after ten days, tried at the shop within forty."""
        at_counter = changes.get("handing", Handing.OUTLET) is Handing.OUTLET
        counters = frozenset({self.world.shop}) if at_counter else frozenset()
        return usual_terms(**{"survey": self.survey, "partners": counters, **changes})

    async def opens(self, **changes: Any) -> Trial:
        """A trial of the maker's goes live."""
        async with acting(self.database, Sight.partner(self.maker)) as session:
            drawn = await managing.draft(session, self.maker, self.terms(**changes), now=self.now)
            return await managing.publish(session, self.maker, drawn.trial_id, seed=SEED, now=self.now)

    async def follows(self, trial: Trial, **changes: Any) -> Trial:
        """Its next version goes live."""
        async with acting(self.database, Sight.partner(self.maker)) as session:
            await managing.change(session, self.maker, trial.trial_id, self.terms(**changes), now=self.now)
            return await managing.publish(session, self.maker, trial.trial_id, seed=SEED, now=self.now)

    async def tester(self) -> KnownMember:
        """Somebody who allows the maker offers."""
        made = await self.member()
        await self.allows(made)
        return made

    async def allows(self, who: KnownMember) -> None:
        """A member lets the maker choose offers."""
        async with acting(self.database, Sight.member(who.member_id)) as session:
            await consents.give(
                session, who.member_id, self.maker, {ConsentPurpose.OFFERS}, text_version=TEXT_VERSION, now=self.now
            )

    async def withdraws(self, who: KnownMember) -> None:
        """It takes that back."""
        async with acting(self.database, Sight.member(who.member_id)) as session:
            await consents.revoke(session, who.member_id, self.maker, ConsentPurpose.OFFERS, now=self.now)

    async def applies(self, trial: Trial, *who: KnownMember) -> None:
        """Members want to take part, one after the other."""
        for one in who:
            await taking_part.apply(self.database.pool, trial.trial_id, one.member_id, now=self.now)

    async def takes(self, trial: Trial, *who: KnownMember) -> None:
        """Members that were chosen take their places."""
        for one in who:
            await taking_part.take(self.database.pool, trial.trial_id, one.member_id, now=self.now)

    async def declines(self, trial: Trial, who: KnownMember) -> None:
        """A member gives up."""
        await taking_part.decline(self.database.pool, trial.trial_id, who.member_id, now=self.now)

    async def hands(self, trial: Trial, who: KnownMember, *, by: PartnerId | None = None) -> None:
        """A sample goes over a counter: the shop's, unless somebody else's."""
        await taking_part.hand(
            self.database.pool, trial.trial_id, who.member_id, by=by or self.world.shop, now=self.now
        )

    async def says(
        self,
        trial: Trial,
        who: KnownMember,
        answers: Mapping[str, Answer] | None = None,
        key: str = "feedback-of-mine",
    ) -> Answered:
        """A member says what it thinks."""
        async with acting(self.database, Sight.member(who.member_id)) as session:
            mine = await taking_part.own(session, who.member_id, trial.trial_id, now=self.now)
        said = answers if answers is not None else LIKED
        return await taking_part.say(
            self.database.pool, mine, who.member_id, said, key=key, personal_key=KEYS.personal, now=self.now
        )

    async def moves_on(self) -> TrialsDone:
        """The worker's turn."""
        return await move_on(self.database.pool, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)

    async def mine_of(self, who: KnownMember) -> list[OwnTrial]:
        """What a member sees."""
        async with acting(self.database, Sight.member(who.member_id)) as session:
            return await queries.of_member(session, who.member_id, now=self.now)

    async def states(self, *who: KnownMember) -> list[str]:
        """How far members have come; each in one trial."""
        found = [await self.mine_of(one) for one in who]
        return [str(one[0].place.state) if one and one[0].place else "" for one in found]

    async def told(self, trial: Trial) -> DrawTold:
        """What everybody is told of the draw."""
        async with acting(self.database, Sight.partner(self.rival)) as session:
            return await drawing.draw_told(session, trial.trial_id)

    async def places(self, trial: Trial) -> list[PlaceTold]:
        """Who takes part, as the maker is told."""
        async with acting(self.database, Sight.partner(self.maker)) as session:
            return (await queries.places_page(session, TrialId(trial.trial_id), WHOLE)).items

    async def report(self, trial: Trial) -> TrialReport:
        """What became of it."""
        async with acting(self.database, Sight.partner(self.maker)) as session:
            return await queries.report(session, TrialId(trial.trial_id))

    async def coupon(self) -> UUID:
        """A bottle for nothing at the shop, which the maker pays."""
        terms = CouponTerms(
            name="A bottle",
            takes=TakesOff(amount=250),
            partners=frozenset({self.world.shop}),
            days=30,
            sponsors=(Paid(partner_id=self.maker),),
        )
        async with acting(self.database, Sight.partner(self.maker)) as session:
            drawn = await coupons.draft(session, self.maker, terms, key=KEYS.lookup, now=self.now)
            await coupons.agree(session, self.maker, drawn.coupon_id, terms.fingerprint(), now=self.now)
            return (await coupons.publish(session, self.maker, drawn.coupon_id, now=self.now)).coupon_id


async def a_kitchen(database: Database) -> Kitchen:
    """The usual shelf, with the maker's own catalogue and a live survey of its."""
    shelf = await a_shelf(database)
    made = Kitchen(world=shelf.world, rival=shelf.rival)
    async with acting(database, Sight.partner(made.maker)) as session:
        await feeding.feed(session, made.maker, [ProductItem(sku="M", name="Milk")], now=NOW)
        drawn = await surveys.draft(session, made.maker, SurveyTerms.from_json(ASKED), now=NOW)
        made.survey = (await surveys.publish(session, made.maker, drawn.survey_id, now=NOW)).survey_id
    return made
