"""Seats: each till in a browser has a session of its own, beside that of whoever else is signed in there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlmodel import col, select

from domain.coalition.models import Partner
from domain.storage import ReadSession
from partners.issuer import Issuer
from partners.people.models import Person
from partners.sign_in import cookies
from partners.sign_in.sessions import SessionFacts, Subject

AT_A_TILL = re.compile(r"/till/([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)(?=[/?#]|$)")
NAME = re.compile(r"till-([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)")


@dataclass(frozen=True, slots=True)
class Seat:
    """The till of one partner in one browser."""

    slug: str
    """The partner's short name."""

    @classmethod
    def at(cls, path: str | None) -> Seat | None:
        """The seat whose page a path of ours is; None for every other page."""
        found = AT_A_TILL.match(path or "")
        return cls(found[1]) if found else None

    @classmethod
    def named(cls, name: str) -> Seat | None:
        """The seat that a page calls by this name; None if no seat is called so."""
        found = NAME.fullmatch(name)
        return cls(found[1]) if found else None

    def cookie(self, issuer: Issuer) -> str:
        """The name of the cookie of its session."""
        return f"{cookies.seat_prefix(issuer)}{self.slug}"

    def is_of(self, facts: SessionFacts) -> bool:
        """Whether a session may sit here: one of a person of the partner."""
        return facts.partner_slug == self.slug and facts.subject.person_id is not None

    async def takes(self, session: ReadSession, subject: Subject) -> bool:
        """Whether somebody may sit here: a person of the partner whose till it is."""
        slug = await session.scalar(
            select(Partner.slug)
            .join(Person, col(Person.partner_id) == Partner.partner_id)
            .where(col(Person.person_id) == subject.person_id)
        )
        return slug == self.slug
