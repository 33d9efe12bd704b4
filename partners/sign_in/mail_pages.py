"""Signing in by a code that is mailed: asking for it, and typing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from starlette.responses import Response
from starlette.routing import Route

from domain.coalition.errors import PartnerNotActive
from domain.errors import InvalidValue, NotFound
from domain.ids import MemberId
from domain.members.identifiers import Identifier
from domain.messages import addresses
from domain.storage import WriteSession
from partners.endpoints import FindState
from partners.limits import Limit
from partners.mail import Mail
from partners.sign_in import joining, mailed_codes, pages
from partners.sign_in.arriving import HOME, arrive
from partners.sign_in.mailed_codes import DIGITS, LIFETIME, TRIES, Waiting, Wish
from partners.sign_in.sessions import Subject
from partners.sign_in.visits import Visit, shows, takes

FROM_ADDRESS = Limit(name="sign-in-address", amount=30, period=timedelta(hours=1), guards=True)
"""What one network may ask for and try; many members of a telephone company may share one."""

FOR_ACCOUNT = Limit(name="sign-in-account", amount=6, period=timedelta(hours=1), guards=True)
"""How many codes are mailed to one member, and counted alike for an address that is nobody's."""


def routes(find: FindState) -> list[Route]:
    """The pages."""
    return [
        takes(find, "/sign-in/mail", _ask, "email"),
        shows(find, "/sign-in/code", _code_page),
        takes(find, "/sign-in/code", _try_code, "code"),
    ]


class Unreadable(Exception):
    """What was typed is no e-mail address."""

    def __init__(self, typed: str, said: str) -> None:
        self.typed, self.said = typed, said
        super().__init__(said)


async def address_typed(visit: Visit) -> Identifier:
    """The address in the form, counted against what a network and an account may ask. Raises: Unreadable, Throttled."""
    state, typed = visit.state, visit.form.get("email", "").strip()
    try:
        identifier = Identifier.email(typed)
    except InvalidValue:
        said = visit.words.gettext("This is not an e-mail address. Write it like name@example.org.")
        raise Unreadable(typed, said) from None
    await state.limits.spend(FROM_ADDRESS, visit.address, at=state.ticks())
    await state.limits.spend(FOR_ACCOUNT, identifier.lookup(state.keys.lookups).hex(), at=state.ticks())
    return identifier


async def ask_to_join(visit: Visit, identifier: Identifier, page: str, *, landing: str) -> Response:
    """Mail a code to the address, whoever's it is: a member signs in and lands, everybody else joins by `page`."""
    state = visit.state
    wish = Wish(
        address=identifier.value,
        lookup=identifier.lookup(state.keys.lookups),
        browser=visit.browser,
        landing=landing,
        fresh=False,
        joins=page,
    )
    async with state.transaction() as session:
        code, _ = await mailed_codes.ask(session, wish, key=state.keys.browser, now=visit.now)
    state.post.soon(code_mail(visit, wish.address, code))
    return visit.go("/sign-in/code")


async def _ask(visit: Visit) -> Response:
    """The answer, and the time it takes, is the same whether or not anybody is known by the address."""
    state = visit.state
    try:
        identifier = await address_typed(visit)
    except Unreadable as typed:
        return visit.page("sign_in.html", status=400, email=typed.typed, problem=typed.said)
    lookup = identifier.lookup(state.keys.lookups)
    wish = Wish(
        address=identifier.value,
        lookup=lookup,
        browser=visit.browser,
        landing=visit.landing or HOME,
        fresh=visit.fresh and visit.facts is not None,
    )
    async with state.transaction() as session:
        code, known = await mailed_codes.ask(session, wish, key=state.keys.browser, now=visit.now)
    mail = code_mail(visit, wish.address, code)
    if known:
        state.post.soon(mail)
    return visit.go("/sign-in/code")


async def _code_page(visit: Visit) -> Response:
    return await _code_form(visit)


async def _try_code(visit: Visit) -> Response:
    state = visit.state
    await state.limits.spend(FROM_ADDRESS, visit.address, at=state.ticks())
    code = "".join(visit.form.get("code", "").split())
    if not (len(code) == DIGITS and code.isascii() and code.isdigit()):
        return await _code_form(visit, visit.words.gettext("The code has eight digits."))
    async with state.transaction() as session:
        key = state.keys.browser
        waiting = await mailed_codes.waiting(session, visit.browser, key=key, now=visit.now)
        tried = await mailed_codes.try_code(session, code, visit.browser, key=key, now=visit.now)
        if waiting is not None and tried.joins is not None:
            try:
                found = await joining.joined(visit, waiting.address, tried.joins, key=f"{code}{visit.browser}")
            except (NotFound, PartnerNotActive):
                return visit.go(tried.joins)  # closed in the meantime, and the page says so
            return await _arrived(visit, session, found.member_id, replace(waiting, landing=found.landing))
        if waiting is not None and tried.member_id is not None:
            return await _arrived(visit, session, tried.member_id, waiting)
    return await _code_form(visit, _not_right(visit, tried.left))


async def _code_form(visit: Visit, problem: str | None = None) -> Response:
    async with visit.state.transaction() as session:
        waiting = await mailed_codes.waiting(session, visit.browser, key=visit.state.keys.browser, now=visit.now)
    if waiting is None:
        return visit.go("/sign-in")
    return visit.page(
        "code.html" if waiting.joins is None else "join_code.html",
        status=400 if problem else 200,
        problem=problem,
        address=waiting.address,
        joining=waiting.joins,
        landing=waiting.landing,
        fresh=waiting.fresh,
        minutes=int(LIFETIME.total_seconds() // 60),
        tries=TRIES,
    )


async def _arrived(visit: Visit, session: WriteSession, member_id: MemberId, waiting: Waiting) -> Response:
    subject = Subject(member_id=member_id)
    await addresses.verify(session, member_id, waiting.address, key=visit.state.keys.lookups, now=visit.now)
    return await arrive(visit, session, subject, methods=("otp",), landing=waiting.landing, fresh=waiting.fresh)


def _not_right(visit: Visit, left: int) -> str:
    if left == 0:
        return visit.words.gettext("This code does not work any more. Ask for another one.")
    said = visit.words.ngettext(
        "That is not the code. You have %(num)d try left.", "That is not the code. You have %(num)d tries left.", left
    )
    return said % {"num": left}


def code_mail(visit: Visit, address: str, code: str) -> Mail:
    """The mail that brings a code."""
    shown = {"house": visit.house, "code": f"{code[:4]} {code[4:]}", "minutes": int(LIFETIME.total_seconds() // 60)}
    subject, _, text = pages.text("code_mail.txt", visit.words.language, shown).partition("\n")
    return Mail(to=address, subject=subject, text=text.lstrip("\n"))
