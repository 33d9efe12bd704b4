"""A shop, a maker, members who buy and answer, and the worker's turn, on a clock that tests move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.earning.acting import record_action
from domain.earning.action_commands import RecordAction
from domain.earning.basket import BasketLine
from domain.earning.commands import RecordPurchase
from domain.earning.purchases import record_purchase
from domain.earning.rules import Flat
from domain.earning.terms import Sponsor
from domain.earning.when import When
from domain.ids import PartnerId
from domain.members import consents
from domain.members.consent_texts import TEXT_VERSION
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember, MemberRef, recognise
from domain.storage import COALITION, Database, Sight
from domain.surveys import answering, asking, managing, rewarding
from domain.surveys.answering import Answered, AnswerSurvey
from domain.surveys.answers import Answer
from domain.surveys.asking import Asked
from domain.surveys.keeping import Offer
from domain.surveys.rewarding import Rewarded
from domain.surveys.terms import Survey, SurveyTerms
from tests.domain.earning.world import KEYS, acting
from tests.domain.referral.street import Street, a_street

SURVEYS = frozenset({"SURVEY"})

MILK = {
    "name": "milk",
    "title": {"en": "About the milk", "lv": "Par pienu"},
    "questions": [
        {"key": "taste", "kind": "CSAT", "text": {"en": "How was it?", "lv": "Kā garšoja?"}},
        {
            "key": "why",
            "kind": "CHOICE",
            "text": {"en": "What was wrong?", "lv": "Kas nebija labi?"},
            "several": True,
            "other": True,
            "measures": "DISLIKE",
            "options": [
                {"key": "sour", "text": {"en": "Sour", "lv": "Skābs"}},
                {"key": "thin", "text": {"en": "Thin", "lv": "Šķidrs"}},
            ],
            "only_if": {"question": "taste", "at_most": 2},
        },
        {
            "key": "motive",
            "kind": "CHOICE",
            "text": {"en": "Why milk?", "lv": "Kāpēc piens?"},
            "measures": "MOTIVE",
            "required": False,
            "options": [
                {"key": "price", "text": {"en": "Price", "lv": "Cena"}},
                {"key": "taste", "text": {"en": "Taste", "lv": "Garša"}},
            ],
        },
        {
            "key": "recommend",
            "kind": "NPS",
            "text": {"en": "Would you recommend it?", "lv": "Vai ieteiktu?"},
            "required": False,
        },
        {"key": "words", "kind": "TEXT", "text": {"en": "Anything else?", "lv": "Vēl kaut kas?"}, "required": False},
    ],
}

GOOD = {"taste": Answer(number=5), "motive": Answer(options=("price",)), "recommend": Answer(number=9)}


def milk(**changes: Any) -> SurveyTerms:
    """A maker's questions about its milk."""
    return SurveyTerms.from_json({**MILK, **changes})


@dataclass
class Hall(Street):
    """A street where questions are asked."""

    @property
    def maker(self) -> PartnerId:
        """The maker of the milk."""
        return self.world.maker

    async def member(self, at: PartnerId | None = None, **told: Any) -> KnownMember:
        """Somebody joins, and the maker meets it."""
        made = await super().member(at, **told)
        card = MemberRef(identifier=Identifier.card(self.cards[made.member_id]))
        await recognise(self.database.pool, [card], self.maker, key=KEYS.lookup, now=self.now)
        return made

    async def asks(self, owner: PartnerId | None = None, **changes: Any) -> Survey:
        """A survey goes live: the maker's, unless somebody else's."""
        owner = owner or self.maker
        async with acting(self.database, Sight.partner(owner)) as session:
            drawn = await managing.draft(session, owner, milk(**changes), now=self.now)
        async with acting(self.database, Sight.partner(owner)) as session:
            return await managing.publish(session, owner, drawn.survey_id, now=self.now)

    async def pays(self, points: int = 50, **terms: Any) -> None:
        """A campaign of the maker's that answers its surveys."""
        usual = {"name": "Thanks", "when": When(triggers=SURVEYS), "partners": frozenset({self.maker})}
        await self.world.live(
            Flat(points=points), owner=self.maker, sponsors=(Sponsor(self.maker),), **{**usual, **terms}
        )

    async def pays_at_shop(self, points: int) -> None:
        """A campaign of the shop's that answers surveys it hosts."""
        await self.world.live(Flat(points=points), name="Thanks", when=When(triggers=SURVEYS))

    async def coalition_asks(self, most: int, days: int) -> None:
        """The coalition says how often members are asked."""
        async with acting(self.database, COALITION) as session:
            await managing.set_policy(session, most, days)

    @staticmethod
    def terms_of(**changes: Any) -> SurveyTerms:
        """The questions about the milk."""
        return milk(**changes)

    async def does(self, who: KnownMember, kind: str, **attributes: Any) -> None:
        """A member does something at the shop."""
        command = RecordAction(
            partner_id=self.shop,
            member=who,
            kind=kind,
            idempotency_key=f"action-{next(self.numbers):04}",
            occurred_at=self.now,
            attributes=attributes,
        )
        await record_action(self.database.pool, command, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)

    async def buys_milk(self, who: KnownMember) -> None:
        """A bottle."""
        command = RecordPurchase(
            partner_id=self.shop,
            member=MemberRef(identifier=Identifier.card(self.cards[who.member_id])),
            idempotency_key=f"purchase-{next(self.numbers):04}",
            occurred_at=self.now,
            outlet_code="1",
            currency="EUR",
            lines=(BasketLine(number=1, sku="milk", amount=250, quantity=Decimal(1)),),
        )
        await record_purchase(self.database.pool, command, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)

    def says(self, survey: Survey, who: KnownMember, answers: Mapping[str, Answer] = GOOD, **more: Any) -> AnswerSurvey:
        """What a member sends."""
        usual = {"idempotency_key": f"answer-{next(self.numbers):04}"}
        return AnswerSurvey(survey_id=survey.survey_id, member_id=who.member_id, answers=answers, **{**usual, **more})

    async def answers(
        self, survey: Survey, who: KnownMember, answers: Mapping[str, Answer] = GOOD, **more: Any
    ) -> Answered:
        """A member answers."""
        return await self.sends(self.says(survey, who, answers, **more))

    async def sends(self, command: AnswerSurvey) -> Answered:
        """A request arrives."""
        return await answering.answer(self.database.pool, command, personal_key=KEYS.personal, now=self.now)

    async def rewards(self) -> Rewarded:
        """The worker records what answers are worth."""
        return await rewarding.reward(self.database.pool, caches=self.caches(), lookup_key=KEYS.lookup, now=self.now)

    async def looks(self) -> Asked:
        """The worker asks."""
        done, caches = Asked(), self.caches()
        async with acting(self.database, COALITION) as session:
            await asking.plan(session, self.database.pool, done, caches=caches, now=self.now)
        async with acting(self.database, COALITION) as session:
            await asking.offer(session, done, now=self.now)
        return done

    async def offers(self, who: KnownMember) -> list[Offer]:
        """What a member is asked now."""
        return await asking.offers_open(self.database.pool, who.member_id, at=self.now)

    async def allows(self, who: KnownMember, partner: PartnerId) -> None:
        """A member lets a partner choose offers by what it tells."""
        async with acting(self.database, Sight.member(who.member_id)) as session:
            await consents.give(
                session, who.member_id, partner, {ConsentPurpose.OFFERS}, text_version=TEXT_VERSION, now=self.now
            )

    async def withdraws(self, who: KnownMember, partner: PartnerId) -> None:
        """It takes that back."""
        async with acting(self.database, Sight.member(who.member_id)) as session:
            await consents.revoke(session, who.member_id, partner, ConsentPurpose.OFFERS, now=self.now)

    async def behind(self, statement: str, *values: Any) -> Any:
        """What stands in the tables, as the coalition's ledger has it."""
        async with self.database.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('app.sight', 'coalition', true)")
            return await connection.fetch(statement, *values)


async def a_hall(database: Database) -> Hall:
    """The shop of the usual street."""
    street = await a_street(database)
    return Hall(world=street.world, rival=street.rival)
