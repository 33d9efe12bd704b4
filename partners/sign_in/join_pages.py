"""The pages on which anybody joins by themselves: at a partner, or first at which one."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from domain.coalition.errors import PartnerNotActive, PartnerNotFound
from domain.coalition.models import Partner
from domain.coalition.queries import partners_to_join
from domain.storage import NOBODY, ReadSession
from partners.endpoints import FindState
from partners.sign_in import joining
from partners.sign_in.arriving import WALLET
from partners.sign_in.joining import JOIN
from partners.sign_in.mail_pages import Unreadable, address_typed, ask_to_join
from partners.sign_in.visits import Visit, shows, takes

CHOICE = JOIN.removesuffix("/")
PAGE = f"{JOIN}{{slug}}"


def routes(find: FindState) -> list[Route]:
    """The pages."""
    return [shows(find, CHOICE, _choice), shows(find, PAGE, _join), takes(find, PAGE, _ask, "email")]


async def _choice(visit: Visit) -> Response:
    """Where there is nothing to choose, nobody is asked."""
    async with visit.state.database.session(NOBODY) as session:
        partners = await partners_to_join(ReadSession(session))
    if not partners:
        return _closed(visit)
    if len(partners) == 1:
        return _page(visit, partners[0])
    return visit.page("join_choice.html", partners=partners, pages={one.slug: JOIN + one.slug for one in partners})


async def _join(visit: Visit) -> Response:
    try:
        return _page(visit, await joining.host(visit, visit.request.path_params["slug"]))
    except (PartnerNotFound, PartnerNotActive):
        return _closed(visit)


async def _ask(visit: Visit) -> Response:
    try:
        partner = await joining.host(visit, visit.request.path_params["slug"])
    except (PartnerNotFound, PartnerNotActive):
        return _closed(visit)
    try:
        identifier = await address_typed(visit)
    except Unreadable as typed:
        return _page(visit, partner, status=400, email=typed.typed, problem=typed.said)
    return await ask_to_join(visit, identifier, JOIN + partner.slug, landing=WALLET)


def _page(
    visit: Visit, partner: Partner, *, status: int = 200, email: str = "", problem: str | None = None
) -> Response:
    return visit.page(
        "join.html",
        status=status,
        email=email,
        problem=problem,
        partner=partner,
        address=JOIN + partner.slug,
        member=visit.facts is not None and visit.facts.subject.member_id is not None,
        wallet=WALLET,
    )


def _closed(visit: Visit) -> Response:
    return visit.page("join_closed.html", status=404)
