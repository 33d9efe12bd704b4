"""Who meets a definition: one statement over what its owner may look at.

The doors it asks (migrations/sql/0028_segments.sql) tell an owner of its own tills, and answer nobody but the owner: it
runs with the owner's sight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from domain.coalition.founding import coalition_of
from domain.ids import PartnerId
from domain.segments.definitions import (
    Answered,
    Definition,
    Frequency,
    Goods,
    Joined,
    Part,
    PartnerMix,
    Profile,
    Recency,
    Spend,
)
from domain.segments.profiles import agreeing
from domain.segments.windows import opens
from domain.storage import ReadSession


@dataclass(slots=True)
class Question:
    """A statement in the making: the conditions on the known member `r`, and what they name."""

    owner: PartnerId | None
    now: datetime
    zone: ZoneInfo
    conditions: list[str] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)

    def name(self, value: Any, kind: str) -> str:
        """A parameter of a type of PostgreSQL's."""
        name = f"v{len(self.named)}"
        self.named[name] = value
        return f"CAST(:{name} AS {kind})"

    def since(self, days: int) -> str:
        """The beginning of a window."""
        return self.name(opens(days, now=self.now, zone=self.zone), "timestamptz")

    def within(self, part: Recency | Frequency | Spend | Goods | PartnerMix, door: str) -> str:
        """The call of a door over a window, up to the further arguments."""
        owner, places = self.name(self.owner, "uuid"), self.name(sorted(part.partners) or None, "uuid[]")
        return f"{door}({owner}, {places}, {self.since(part.days)}, {self.name(self.now, 'timestamptz')}"

    def among(self, source: str, *wanted: str, without: bool = False) -> None:
        """The member is among those that a door tells and for whom all that is wanted holds; or is not."""
        holds, which = " AND ".join(wanted) or "true", "NOT IN" if without else "IN"
        # Only parameters' names and words of this module stand in the text.
        self.conditions.append(f"r.member_id {which} (SELECT b.member_id FROM {source}) b WHERE {holds})")  # noqa: S608

    def statement(self) -> str:
        """Wallets and members of whom all conditions hold."""
        known = f"segment_members_known({self.name(self.owner, 'uuid')})"
        return f"SELECT r.wallet_id, r.member_id FROM {known} r WHERE {' AND '.join(self.conditions)}"  # noqa: S608


async def asked(
    session: ReadSession, definition: Definition, owner: PartnerId | None, *, personal_key: bytes, now: datetime
) -> Question:
    """The question who meets a definition that has parts; with the owner's sight."""
    zone = ZoneInfo((await coalition_of(session)).time_zone)
    question = Question(owner=owner, now=now, zone=zone)
    for part in definition.parts:
        if isinstance(part, Profile):
            members = await agreeing(session, part, owner, personal_key=personal_key)
            question.conditions.append(f"r.member_id = ANY ({question.name(members, 'uuid[]')})")
        else:
            _add(question, part)
    return question


async def meeting(
    session: ReadSession, definition: Definition, owner: PartnerId | None, *, personal_key: bytes, now: datetime
) -> set[UUID]:
    """The members who meet a definition now; with the owner's sight."""
    question = await asked(session, definition, owner, personal_key=personal_key, now=now)
    rows = await session.execute(text(question.statement()), question.named)
    return {row.member_id for row in rows}


def _add(question: Question, part: Part) -> None:
    match part:
        case Recency():
            question.among(question.within(part, "segment_purchases"), without=not part.bought)
        case Frequency():
            _add_range(question, part, "b.purchases")
        case Spend():
            _add_range(question, part, "b.amount")
        case Goods():
            call = question.within(part, "segment_goods")
            sets = (question.name(sorted(words) or None, "text[]") for words in (part.categories, part.brands))
            wanted = [] if part.at_least is None else [f"b.amount >= {question.name(part.at_least, 'bigint')}"]
            question.among(", ".join((call, *sets)), *wanted, without=not part.bought)
        case PartnerMix():
            question.among(question.within(part, "segment_mix"), *_mixed(question, part))
        case Answered():
            question.among(_answers(question, part))
        case Joined():
            question.conditions.append(f"r.since >= {question.since(part.days)}")
        case _:
            raise AssertionError(part)


def _add_range(question: Question, part: Frequency | Spend, measure: str) -> None:
    """Who bought nothing is told by no door and counts as zero."""
    call = question.within(part, "segment_purchases")
    above = [] if part.at_most is None else [f"{measure} > {question.name(part.at_most, 'bigint')}"]
    if part.at_least:
        within = [f"{measure} >= {question.name(part.at_least, 'bigint')}", *(f"NOT {one}" for one in above)]
        question.among(call, *within)
    else:
        question.among(call, *(above or ["false"]), without=True)


def _answers(question: Question, part: Answered) -> str:
    """The call of the door that tells who answered so, up to its end."""
    named = (
        question.name(question.owner, "uuid"),
        question.name(part.survey, "text"),
        question.name(part.question, "text"),
        question.name(sorted(part.any_of) or None, "text[]"),
        question.name(part.at_least, "bigint"),
        question.name(part.at_most, "bigint"),
        question.since(part.days),
        question.name(question.now, "timestamptz"),
    )
    return f"segment_answers({', '.join(named)}"


def _mixed(question: Question, part: PartnerMix) -> Iterable[str]:
    if part.at_least is not None:
        yield f"cardinality(b.partners) >= {question.name(part.at_least, 'int')}"
    if part.partners and part.at_least is None:
        yield f"b.partners @> {question.name(sorted(part.partners), 'uuid[]')}"
