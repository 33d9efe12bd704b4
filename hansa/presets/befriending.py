"""The referral programmes of a preset: drawn up and live."""

from __future__ import annotations

from datetime import datetime

from domain.ids import PartnerId
from domain.paging import LARGEST_PAGE, PageRequest
from domain.referral import managing
from domain.referral.queries import programmes_page
from domain.referral.terms import ReferralTerms
from domain.storage import WriteSession
from hansa.presets.underway import Loading
from hansa.recipes.referring import referrals_of


async def publish_referral(loading: Loading) -> None:
    """Referral programmes, each live from the start."""
    ctx = loading.ctx
    page = await ctx.read(programmes_page, PageRequest(LARGEST_PAGE))
    there = {(one.partner_id, one.terms.name) for one in page.items}
    for one in referrals_of(loading.recipe, loading.cast, starts=loading.starts):
        new = (one.owner, one.terms.name) not in there
        if new:
            await ctx.write(_live, one.owner, one.terms, loading.starts)
        loading.tell("referral", one.terms.name, loading.key(one.owner), new=new)


async def _live(session: WriteSession, owner: PartnerId | None, terms: ReferralTerms, at: datetime) -> None:
    drawn = await managing.draw_up(session, owner, terms, now=at)
    await managing.publish(session, owner, drawn.programme_id, now=at)
