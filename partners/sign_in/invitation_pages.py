"""The page behind a member's link: what the invitation is, and how to take it. Its address names nobody."""

from __future__ import annotations

from babel.numbers import format_currency
from sqlmodel import select
from starlette.responses import Response
from starlette.routing import Route

from domain.coalition.models import Coalition
from domain.members.personal_data import PersonalDetails
from domain.referral import joining as referral
from domain.referral import words
from domain.referral.errors import ReferralCodeNotFound
from domain.referral.inviting import plain
from domain.referral.terms import Programme
from domain.storage import NOBODY
from domain.values import Money
from partners.endpoints import FindState
from partners.sign_in import joining
from partners.sign_in.mail_pages import Unreadable, address_typed, ask_to_join
from partners.sign_in.visits import Visit, shows, takes

PAGE = "/r/{code}"


def routes(find: FindState) -> list[Route]:
    """The pages."""
    return [
        shows(find, PAGE, _invitation),
        takes(find, PAGE, _ask, "email"),
        takes(find, f"{PAGE}/take", _take),
    ]


async def _invitation(visit: Visit) -> Response:
    return await _page(visit)


async def _ask(visit: Visit) -> Response:
    """Mail a code to the address, whoever's it is: a member signs in with it, and everybody else joins."""
    try:
        identifier = await address_typed(visit)
    except Unreadable as typed:
        return await _page(visit, status=400, email=typed.typed, problem=typed.said)
    try:
        code = plain(visit.request.path_params["code"])
        details = PersonalDetails(email=identifier.value)
        keys, now = joining.keys_of(visit), await joining.now_of(visit)
        await referral.invite(visit.state.database.pool, code, details, keys=keys, now=now)
    except ReferralCodeNotFound:
        return _closed(visit)
    page = joining.address_of(code)
    return await ask_to_join(visit, identifier, page, landing=page)


async def _take(visit: Visit) -> Response:
    """A member who is signed in takes the invitation."""
    member_id = visit.facts.subject.member_id if visit.facts else None
    try:
        code = plain(visit.request.path_params["code"])
        await joining.open_programme(visit, code)
    except ReferralCodeNotFound:
        return _closed(visit)
    if member_id is None:
        return visit.go(joining.address_of(code))
    counts = await joining.take(visit, code, member_id, through=None)
    return visit.page("invitation_taken.html", said=words.told(visit.words.language, counts=counts))


async def _page(visit: Visit, *, status: int = 200, email: str = "", problem: str | None = None) -> Response:
    try:
        code = plain(visit.request.path_params["code"])
        programme = await joining.open_programme(visit, code)
    except ReferralCodeNotFound:
        return _closed(visit)
    return visit.page(
        "invitation.html",
        status=status,
        email=email,
        problem=problem,
        address=joining.address_of(code),
        code=f"{code[:4]}-{code[4:]}",
        member=visit.facts is not None and visit.facts.subject.member_id is not None,
        days=programme.terms.within_days,
        least=await _least(visit, programme),
    )


def _closed(visit: Visit) -> Response:
    return visit.page("invitation_closed.html", status=404)


async def _least(visit: Visit, programme: Programme) -> str:
    async with visit.state.database.session(NOBODY) as session:
        currency = (await session.execute(select(Coalition.currency).limit(1))).scalar_one()
    least = Money.of_minor(programme.terms.least, currency)
    return str(format_currency(least.amount, currency, locale=visit.words.locale))
