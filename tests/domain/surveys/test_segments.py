"""What members answered makes segments, of those alone that allow it; what was never asked is refused."""

from __future__ import annotations

from typing import Any

import pytest

from domain.ids import PartnerId
from domain.members.recognition import KnownMember
from domain.segments import managing
from domain.segments.definitions import Definition
from domain.segments.errors import InvalidSegment
from domain.segments.managing import SegmentTerms
from domain.segments.meeting import meeting
from domain.storage import Database, Sight
from domain.surveys.answers import Answer
from tests.domain.earning.world import KEYS, acting
from tests.domain.surveys.hall import GOOD, Hall, a_hall


def asking(**part: Any) -> Definition:
    """One part about the milk."""
    usual = {"kind": "ANSWERED", "survey": "milk", "question": "motive", "days": 30}
    return Definition.from_json({"parts": [{**usual, **part}]})


async def found(hall: Hall, owner: PartnerId, members: dict[str, KnownMember], **part: Any) -> set[str]:
    """Whom a partner's segment means."""
    async with acting(hall.database, Sight.partner(owner)) as session:
        met = await meeting(session, asking(**part), owner, personal_key=KEYS.personal, now=hall.now)
    return {name for name, who in members.items() if who.member_id in met}


async def test_a_segment_finds_who_answered_so_and_allows_it(database: Database) -> None:
    hall = await a_hall(database)
    survey = await hall.asks()
    members = {name: await hall.member() for name in ("anna", "ben", "carl", "dora")}
    for name, who in members.items():
        if name != "carl":
            await hall.allows(who, hall.maker)
    await hall.answers(survey, members["anna"])
    await hall.answers(
        survey, members["ben"], {**GOOD, "motive": Answer(options=("taste",)), "taste": Answer(number=3)}
    )
    await hall.answers(survey, members["carl"])
    maker = hall.maker
    assert await found(hall, maker, members, any_of=["price"]) == {"anna"}
    assert await found(hall, maker, members) == {"anna", "ben"}
    assert await found(hall, maker, members, question="taste", at_most=3) == {"ben"}
    assert await found(hall, maker, members, question="taste", at_least=4, at_most=5) == {"anna"}
    assert await found(hall, hall.shop, members) == set()
    await hall.withdraws(members["anna"], maker)
    assert await found(hall, maker, members, any_of=["price"]) == set()


async def test_what_was_never_asked_is_refused_by_name(database: Database) -> None:
    hall = await a_hall(database)
    await hall.asks()
    never: list[tuple[str, Any]] = [("survey", "wine"), ("question", "colour"), ("any_of", ["love"])]
    for part, said in never:
        terms = SegmentTerms(name="Motives", definition=asking(**{part: said}))
        async with acting(hall.database, Sight.partner(hall.maker)) as session:
            with pytest.raises(InvalidSegment) as refused:
                await managing.define(session, hall.maker, terms, now=hall.now)
        assert refused.value.path == ("parts", "0", part)


def test_bounds_and_options_are_not_both_said() -> None:
    with pytest.raises(InvalidSegment, match="not both"):
        asking(any_of=["price"], at_least=1)
