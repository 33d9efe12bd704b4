"""The members: each household joins on the day it first shops, most through the shop, some through a partner."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from domain.ids import PartnerId
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.members.personal_data import PersonalDetails
from domain.members.recognition import MemberRef
from hansa.journey import cast
from hansa.journey.chance import choose
from hansa.journey.plans import SEED
from partners.keys import Keys
from resolvers.context import Context

JOINED_THROUGH_SHOP = 8_500
JOINED_THROUGH_OTHERS = 1_500
AT_ONCE = 8


class Crowd:
    """Households as members."""

    def __init__(self, partners: Mapping[str, PartnerId], named: Mapping[int, cast.Face]) -> None:
        self._partners = partners
        self._named = named
        self._joined: set[int] = set()
        self._refs: dict[int, MemberRef] = {}

    def ref(self, household: int) -> MemberRef:
        """How a till names a household: by its card."""
        known = self._refs.get(household)
        if known is None:
            known = self._refs[household] = MemberRef(identifier=Identifier.card(cast.card_of(household)))
        return known

    async def join(self, ctx: Context, households: set[int]) -> int:
        """Enrol those who have not joined yet; enrolling again is answered as the first time. Says how many are new."""
        joining = sorted(households - self._joined)
        keys = member_keys(ctx.keys)
        turns = asyncio.Semaphore(AT_ONCE)

        async def enrolled(household: int) -> bool:
            async with turns:
                receipt = await ctx.post(enrol, self._command(household), keys=keys, now=ctx.now)
            return not receipt.replayed

        new = await asyncio.gather(*map(enrolled, joining))
        self._joined.update(joining)
        return sum(new)

    def _command(self, household: int) -> EnrolMember:
        others = [slug for slug in self._partners if slug != cast.SHOP]
        weights = [JOINED_THROUGH_SHOP, *(JOINED_THROUGH_OTHERS // len(others) for _ in others)]
        through = choose([cast.SHOP, *others], weights, SEED, "joins", household)
        identifiers = [Identifier.card(cast.card_of(household))]
        details = PersonalDetails()
        face = self._named.get(household)
        if face is not None:
            through = cast.SHOP
            identifiers.append(Identifier.email(face.email))
            details = PersonalDetails(name=face.name, email=face.email, language=face.language)
        return EnrolMember(
            partner_id=self._partners[through],
            idempotency_key=f"journey-enrol-{household}",
            identifiers=tuple(identifiers),
            details=details,
        )


def member_keys(keys: Keys) -> MemberKeys:
    """The keys that members need, out of the installation's."""
    return MemberKeys(lookup=keys.lookups, personal=keys.personal_data)
