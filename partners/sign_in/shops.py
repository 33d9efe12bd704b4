"""The shops that know a member, as the account page shows them: what each may see and do, since when and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from domain.coalition.models import Partner
from domain.ids import MemberId
from domain.members import consent_texts
from domain.members.consents import GivenConsent
from domain.members.models import ConsentPurpose
from domain.storage import ReadSession
from partners import allowing
from partners.allowing import MembersGrant
from partners.sign_in.words import Words


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """One thing that a shop may see or do."""

    consent: GivenConsent
    says: str | None
    """The words the member agreed to; None where they were the partner's own and were not kept."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A partner that knows the member."""

    partner_id: UUID
    name: str
    hue: int
    since: datetime
    allowed: Sequence[Allowed]
    apps: Sequence[MembersGrant]

    @property
    def quiet(self) -> bool:
        """It may see and do nothing."""
        return not (self.allowed or self.apps)


async def of_member(session: ReadSession, member_id: MemberId, words: Words) -> list[Shop]:
    """The shops that know a member: first those that may see or do something. Needs the server's sight."""
    now: datetime = (await session.scalars(select(func.coalition_time()))).one()
    links = await allowing.links(session, member_id)
    partners = await _partners(session, [link.partner_id for link in links])
    shops = [
        Shop(
            partner_id=link.partner_id,
            name=partners[link.partner_id].name,
            hue=partners[link.partner_id].hue,
            since=link.since,
            allowed=_allowed(link.consents, partners[link.partner_id].name, words, now),
            apps=link.grants,
        )
        for link in links
    ]
    return sorted(shops, key=lambda shop: (shop.quiet, shop.name))


def _allowed(given: Sequence[GivenConsent], partner: str, words: Words, now: datetime) -> list[Allowed]:
    standing = {one.purpose: one for one in reversed(given) if one.stands(now)}
    return [
        Allowed(consent=standing[purpose], says=_says(standing[purpose], partner, words))
        for purpose in ConsentPurpose
        if purpose in standing
    ]


def _says(given: GivenConsent, partner: str, words: Words) -> str | None:
    return consent_texts.words(given.purpose, partner=partner, language=words.language, version=given.text_version)


async def _partners(session: ReadSession, wanted: Sequence[UUID]) -> dict[UUID, Partner]:
    rows = await session.scalars(select(Partner).where(col(Partner.partner_id).in_(wanted)))
    return {row.partner_id: row for row in rows}
