"""The last step of every way to sign in: somebody has proven who they are, and their browser goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import Response

from domain.storage import WriteSession
from partners.sign_in import cookies, devices, sessions
from partners.sign_in.seats import Seat
from partners.sign_in.sessions import SessionFacts, Subject
from partners.sign_in.visits import Visit
from partners.viewer import session_facts

HOME = "/account"
"""Where somebody goes who did not say where to."""

WALLET = "/app/"
"""Where a member goes who has just joined: the points are there."""


async def arrive(
    visit: Visit,
    session: WriteSession,
    subject: Subject,
    *,
    methods: Sequence[str],
    landing: str | None = None,
    fresh: bool | None = None,
) -> Response:
    """Begin the subject's session in this browser, ending the one before, and send the browser where it wanted to go.

    At a till of theirs they take its seat, beside whoever else is signed in; nobody takes the seat of another partner.
    A visit that only has to prove once more who it is keeps its session, which is fresh again. `methods` are those of
    RFC 8176; `landing` and `fresh` go before what the form said.
    """
    there = landing or visit.landing or HOME
    seat = Seat.at(there)
    if seat is not None and not await seat.takes(session, subject):
        seat, there = None, HOME
    facts, secret = await _before(visit, seat)
    fresh = visit.fresh if fresh is None else fresh
    if facts is not None and secret is not None:
        visit.state.sessions.forget(sessions.hashed(secret))
        if fresh and facts.subject != subject:
            return visit.page("somebody_else.html", status=400)
        if fresh:
            await sessions.prove_again(session, sessions.hashed(secret), now=visit.now, methods=methods)
            return visit.go(there)
        await sessions.sign_out(session, sessions.hashed(secret), now=visit.now)
    begun = sessions.begin(
        session,
        subject,
        landing=there,
        now=visit.now,
        methods=methods,
        device=devices.device(visit.request.headers.get("user-agent", "")),
    )
    issuer = visit.state.issuer
    visit.keep(cookies.set_cookie(issuer, begun.secret, lasts=begun.lasts, name=seat.cookie(issuer) if seat else None))
    # Whoever had set the cookie of the browser before the sign-in knows nothing of the one after.
    visit.keep(cookies.set_cookie(issuer, "", lasts=timedelta(0), name=cookies.browser_cookie_name(issuer)))
    return visit.go(begun.landing)


async def _before(visit: Visit, seat: Seat | None) -> tuple[SessionFacts | None, str | None]:
    """The session that goes on there, or ends now: the browser's own, or that of the seat."""
    if seat is None:
        return visit.facts, visit.secret
    issuer = visit.state.issuer
    secret = cookies.secret_in(visit.request.headers.get("cookie", ""), issuer, name=seat.cookie(issuer))
    facts = await session_facts(secret, visit.state) if secret else None
    return facts, secret if facts else None
