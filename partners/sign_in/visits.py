"""A visit to one of our pages: whose browser it is, in which language, and what its form said."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlmodel import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.coalition.models import Coalition
from domain.storage import NOBODY
from partners.addresses import network_of
from partners.endpoints import FindState, route
from partners.limits import Throttled
from partners.oauth.forms import FormRefused, parameters
from partners.sign_in import cookies, links, pages, sessions
from partners.sign_in.sessions import SessionFacts
from partners.sign_in.words import Words, chosen, words_in
from partners.state import AccessState
from partners.viewer import session_facts

FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
BROWSER_LASTS = timedelta(hours=12)
LANGUAGE_LASTS = timedelta(days=365)
SUGGESTION_LASTS = timedelta(hours=1)

SUGGESTED = "-x-suggested"
"""Marks a language that was not chosen here, but asked for by whoever sent the visitor."""

Answer = Callable[["Visit"], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class House:
    """The coalition, as its pages name it."""

    name: str = "Hansa"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


@dataclass(kw_only=True)
class Visit:
    """One request for a page; it makes the responses, so that none forgets a header."""

    request: Request
    state: AccessState
    words: Words
    house: House
    secret: str | None
    """Of the session; None where nobody is signed in."""
    facts: SessionFacts | None
    """Whom the session stands for; None where nobody is signed in."""
    browser: str
    """Of the cookie that tells this browser from others, signed in or not."""
    now: datetime
    form: Mapping[str, str] = field(default_factory=dict)
    """What a posted form said, once it was seen to be ours."""
    new_cookies: list[str] = field(default_factory=list)

    @property
    def form_token(self) -> str:
        """What every form of ours carries: only a page of this very browser knows it."""
        return cookies.page_token(self.state.keys.browser, sessions.hashed(self.secret or self.browser))

    @property
    def address(self) -> str:
        """The network the request comes from."""
        return network_of(self.request)

    @property
    def landing(self) -> str | None:
        """Where the visitor wants to go once signed in; None unless it is a path of ours."""
        wanted = self.form.get("landing") or self.request.query_params.get("landing", "")
        return wanted if links.is_landing(wanted) else None

    @property
    def fresh(self) -> bool:
        """Whether the visitor is to prove once more who they are, and stay signed in as they are."""
        return "1" in (self.form.get("fresh"), self.request.query_params.get("fresh"))

    @property
    def kept(self) -> str:
        """Where the visitor wants to go and why, to be put behind the address of another page of the sign-in."""
        wanted = {"landing": self.landing, "fresh": "1" if self.fresh else None}
        told = urlencode({name: value for name, value in wanted.items() if value})
        return f"?{told}" if told else ""

    def page(self, template: str, *, status: int = 200, form_action: str = "", **shown: Any) -> Response:
        """A page; `form_action` is an origin besides ours that an answer to its form may lead to."""
        response = pages.response(self, template, status, form_action, shown)
        return self._with_cookies(response)

    def go(self, path: str) -> Response:
        """Send the browser on, to be asked for with GET."""
        return self._with_cookies(RedirectResponse(path, 303, pages.FOR_OWN_PAGES))

    def leave(self, address: str) -> Response:
        """Send the browser to another site, which was checked; what is in its address is told to nobody after it."""
        headers = {**pages.FOR_OWN_PAGES, "Referrer-Policy": "no-referrer"}
        return self._with_cookies(RedirectResponse(address, 303, headers))

    def speak(self, suggested: Sequence[str]) -> None:
        """Speak a language that somebody else suggests, here and on the next pages; a choice made here goes before."""
        wish, issuer = " ".join(suggested), self.state.issuer
        language = _language(self.request, self.state, wish)
        self.words = words_in(language)
        if wish and not _is_choice(_kept_language(self.request, self.state)):
            name = cookies.language_cookie_name(issuer)
            self.keep(cookies.set_cookie(issuer, f"{language}{SUGGESTED}", lasts=SUGGESTION_LASTS, name=name))

    def keep(self, cookie: str) -> None:
        """Have the response set a cookie."""
        self.new_cookies.append(cookie)

    def _with_cookies(self, response: Response) -> Response:
        for cookie in self.new_cookies:
            response.headers.append("Set-Cookie", cookie)
        return response


def shows(find: FindState, path: str, answer: Answer) -> Route:
    """A page to look at."""

    async def respond(request: Request, state: AccessState) -> Response:
        visit = await visit_of(request, state)
        _remember(visit)
        return await answer(visit)

    return route(find, path, respond)


def takes(find: FindState, path: str, answer: Answer, *fields: str, token: bool = True) -> Route:
    """Takes a form: of these fields, from a page of ours, with its token unless what it brings is one itself.

    Whoever asks too often is told how long to wait.
    """
    known = frozenset({*fields, FORM_TOKEN, "landing", "fresh"})

    async def respond(request: Request, state: AccessState) -> Response:
        visit = await visit_of(request, state)
        if not cookies.is_own_page(request.headers, state.origins):
            return visit.page("refused.html", status=400)
        try:
            visit.form = await parameters(request, known, text=True)
        except FormRefused as refused:
            return visit.page("refused.html", status=refused.status)
        if token and not secrets.compare_digest(visit.form.get(FORM_TOKEN, "").encode(), visit.form_token.encode()):
            return visit.page("refused.html", status=400)
        try:
            return await answer(visit)
        except Throttled as throttled:
            return _wait(visit, throttled)

    return route(find, path, respond, "POST")


def _wait(visit: Visit, throttled: Throttled) -> Response:
    response = visit.page("wait.html", status=429, minutes=max(1, round(throttled.retry_after / 60)))
    response.headers["Retry-After"] = str(throttled.retry_after)
    return response


async def visit_of(request: Request, state: AccessState) -> Visit:
    """Whose browser it is, and in which language it is answered."""
    sent = request.headers.get("cookie", "")
    secret = cookies.secret_in(sent, state.issuer)
    facts = await session_facts(secret, state) if secret else None
    browser = cookies.secret_in(sent, state.issuer, name=cookies.browser_cookie_name(state.issuer))
    return Visit(
        request=request,
        state=state,
        words=words_in(_language(request, state)),
        house=await _house(state),
        secret=secret if facts else None,
        facts=facts,
        browser=browser or secrets.token_urlsafe(32),
        now=state.clock(),
    )


def _language(request: Request, state: AccessState, suggested: str = "") -> str:
    """A choice made on our pages goes first, then what was suggested, then what the browser says."""
    asked, kept = request.query_params, _kept_language(request, state)
    choice, suggestion = (kept, "") if _is_choice(kept) else ("", kept)
    wishes = (asked.get("lang", ""), choice, suggested, asked.get("ui_locales", ""), suggestion)
    return chosen(*wishes, request.headers.get("accept-language", ""))


def _kept_language(request: Request, state: AccessState) -> str:
    name = cookies.language_cookie_name(state.issuer)
    return cookies.secret_in(request.headers.get("cookie", ""), state.issuer, name=name) or ""


def _is_choice(kept: str) -> bool:
    return bool(kept) and not kept.endswith(SUGGESTED)


def _remember(visit: Visit) -> None:
    """Tell the browser what to bring along the next time: its own cookie, and the language it chose."""
    issuer, sent = visit.state.issuer, visit.request.headers.get("cookie", "")
    name = cookies.browser_cookie_name(issuer)
    if cookies.secret_in(sent, issuer, name=name) is None:
        visit.keep(cookies.set_cookie(issuer, visit.browser, lasts=BROWSER_LASTS, name=name))
    if visit.request.query_params.get("lang") == visit.words.language:
        name = cookies.language_cookie_name(issuer)
        visit.keep(cookies.set_cookie(issuer, visit.words.language, lasts=LANGUAGE_LASTS, name=name))


async def _house(state: AccessState) -> House:
    async with state.database.session(NOBODY) as session, session.begin():
        found = (await session.execute(select(Coalition.name, Coalition.time_zone).limit(1))).one_or_none()
    return House(name=found.name, zone=ZoneInfo(found.time_zone)) if found else House()
