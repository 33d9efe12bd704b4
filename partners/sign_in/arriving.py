"""The last step of every way to sign in: somebody has proven who they are, and their browser goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import Response

from domain.storage import WriteSession
from partners.sign_in import cookies, devices, sessions
from partners.sign_in.sessions import Subject
from partners.sign_in.visits import Visit

HOME = "/account"
"""Where somebody goes who did not say where to."""


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

    A visit that only has to prove once more who it is keeps its session, which is fresh again. `methods` are those of
    RFC 8176; `landing` and `fresh` go before what the form said.
    """
    facts, secret = visit.facts, visit.secret
    fresh = visit.fresh if fresh is None else fresh
    if facts is not None and secret is not None:
        visit.state.sessions.forget(sessions.hashed(secret))
        if fresh and facts.subject != subject:
            return visit.page("somebody_else.html", status=400)
        if fresh:
            await sessions.prove_again(session, sessions.hashed(secret), now=visit.now, methods=methods)
            return visit.go(landing or visit.landing or HOME)
        await sessions.sign_out(session, sessions.hashed(secret), now=visit.now)
    begun = sessions.begin(
        session,
        subject,
        landing=landing or visit.landing or HOME,
        now=visit.now,
        methods=methods,
        device=devices.device(visit.request.headers.get("user-agent", "")),
    )
    issuer = visit.state.issuer
    visit.keep(cookies.set_cookie(issuer, begun.secret, lasts=begun.lasts))
    # Whoever had set the cookie of the browser before the sign-in knows nothing of the one after.
    visit.keep(cookies.set_cookie(issuer, "", lasts=timedelta(0), name=cookies.browser_cookie_name(issuer)))
    return visit.go(begun.landing)
