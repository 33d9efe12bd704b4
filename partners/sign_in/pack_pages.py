"""The page behind the link beside a code in a pack: how a code is entered. Nobody is asked whether it is good."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from domain.codes.errors import CodeMistyped
from domain.codes.printing import LINKS
from domain.codes.writing import grouped, normal
from partners.endpoints import FindState
from partners.sign_in.visits import Visit, shows

PAGE = f"{LINKS}{{code}}"


def routes(find: FindState) -> list[Route]:
    """The page."""
    return [shows(find, PAGE, _code)]


async def _code(visit: Visit) -> Response:
    """What to do with a code; what it is worth is told where it is entered, and there misses count."""
    try:
        code = grouped(normal(visit.request.path_params["code"]))
    except CodeMistyped:
        return visit.page("pack_code.html", status=404, code=None)
    member = visit.facts is not None and visit.facts.subject.member_id is not None
    return visit.page("pack_code.html", code=code, member=member)
