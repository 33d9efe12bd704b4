"""Serials are guessed at as seldom as cards: a miss counts for whoever asks, and keeps nobody else from asking."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.ids import MemberId, WalletId
from domain.members.recognition import KnownMember
from domain.service.errors import OfferNotFound
from domain.service.serials import Authenticity
from domain.storage import Database
from partners.errors import GuessedTooOften
from partners.limits import Limits
from partners.scopes import MEMBER_SCOPES
from partners.viewer import Audience, Viewer
from resolvers import registrations
from resolvers.context import Context
from resolvers.guessing import Guessing, misses
from tests.builders.graphql import KEYS
from tests.domain.earning.world import KEYS as MEMBERS
from tests.domain.service.counter import Counter, a_counter


def context(counter: Counter, who: KnownMember, guessing: Guessing) -> Context:
    viewer = Viewer(
        audience=Audience.MEMBER,
        scopes=MEMBER_SCOPES,
        member_id=MemberId(who.member_id),
        wallet_id=WalletId(who.wallet_id),
    )
    keys = replace(KEYS, lookups=MEMBERS.lookup, personal_data=MEMBERS.personal)
    made = Context(viewer=viewer, database=counter.database, clock=lambda: counter.now, keys=keys)
    made.guessing = guessing
    return made


async def test_misses_at_serials_and_codes_are_counted_for_each_member(database: Database) -> None:
    counter = await a_counter(database)
    await counter.told()
    await counter.listed("SN0001")
    anna, ben = await counter.member(), await counter.member()
    guessing = Guessing(Limits(), misses(3), ticks=lambda: 0.0)
    async with context(counter, anna, guessing) as guesser, context(counter, ben, guessing) as other:
        for serial in ("SN0003", "SN0004"):
            assert await registrations.authenticity(guesser, "maker", serial) is Authenticity.UNKNOWN
        assert await registrations.authenticity(guesser, "maker", "SN0001") is Authenticity.AUTHENTIC
        with pytest.raises(OfferNotFound):
            await registrations.take(guesser, "ABCD-EFGH-JKLM")
        with pytest.raises(GuessedTooOften):
            await registrations.authenticity(guesser, "maker", "SN0001")
        with pytest.raises(GuessedTooOften):
            await registrations.register(guesser, "maker", "K1", serial="SN0001", bought_at=None)
        made = await registrations.register(other, "maker", "K1", serial="SN0001", bought_at=None)
        assert made.verified
        assert await registrations.authenticity(other, "maker", "SN0001") is Authenticity.REGISTERED
