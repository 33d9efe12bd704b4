"""Signing in with a password and a second factor, for the staff; and choosing the password."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response
from starlette.routing import Route

from domain.audit.models import Action
from domain.errors import InvalidValue
from partners.endpoints import FindState
from partners.errors import LastWayIn, PasswordTooWeak, Weakness
from partners.limits import Limit
from partners.people.admitting import normal_email
from partners.sign_in import authenticators, changing, contacts, passwords, second_step, sessions, ways_in
from partners.sign_in.arriving import HOME, arrive
from partners.sign_in.changing import freshly
from partners.sign_in.mail_pages import FROM_ADDRESS
from partners.sign_in.passwords import LONGEST, SHORTEST
from partners.sign_in.sessions import SessionFacts
from partners.sign_in.visits import Visit, shows, takes

PASSWORDS = Limit(name="sign-in-password", amount=10, period=timedelta(hours=1), guards=True)
"""How many passwords may be tried for one address, whether anybody is known by it or not."""

CODES = Limit(name="sign-in-authenticator", amount=10, period=timedelta(hours=1), guards=True)
"""How many codes may be tried for one person whose password was right."""

METHODS = ("pwd", "otp", "mfa")


def routes(find: FindState) -> list[Route]:
    """The pages."""
    return [
        shows(find, "/sign-in/password", _password_page),
        takes(find, "/sign-in/password", _try_password, "email", "password"),
        shows(find, "/sign-in/authenticator", _code_page),
        takes(find, "/sign-in/authenticator", _try_code, "code"),
        shows(find, "/account/password", freshly(_choose_page)),
        takes(find, "/account/password", freshly(_choose), "password"),
        takes(find, "/account/password/remove", freshly(_remove)),
    ]


async def _password_page(visit: Visit) -> Response:
    return visit.page("password.html", email=visit.request.query_params.get("login_hint", ""))


async def _try_password(visit: Visit) -> Response:
    """The same is done, and the same said, whether or not anybody is known by the address."""
    state = visit.state
    typed, password = visit.form.get("email", "").strip(), visit.form.get("password", "")
    email = _normal(typed)
    await state.limits.spend(FROM_ADDRESS, visit.address, at=state.ticks())
    await state.limits.spend(PASSWORDS, email or visit.address, at=state.ticks())
    async with state.transaction() as session:
        asked = await passwords.candidates(session, email)
    found = await state.passwords.whose(password, asked)
    if not found:
        said = visit.words.gettext("Address or password is not right.")
        return visit.page("password.html", status=400, email=typed, problem=said)
    renewed = [
        (one, await state.passwords.hash(password)) for one in found if state.passwords.outdated(one.password_hash)
    ]
    async with state.transaction() as session:
        for one, password_hash in renewed:
            await passwords.rehash(session, one, password_hash)
        persons = [one.person_id for one in found]
        await second_step.begin(session, sessions.hashed(visit.browser), persons, now=visit.now)
    return visit.go("/sign-in/authenticator" + visit.kept)


async def _code_page(visit: Visit) -> Response:
    async with visit.state.transaction() as session:
        waiting = await second_step.waiting(session, sessions.hashed(visit.browser), now=visit.now)
    return visit.page("authenticator.html") if waiting else visit.go("/sign-in/password" + visit.kept)


async def _try_code(visit: Visit) -> Response:
    state, browser = visit.state, sessions.hashed(visit.browser)
    await state.limits.spend(FROM_ADDRESS, visit.address, at=state.ticks())
    async with state.transaction() as session:
        persons = await second_step.waiting(session, browser, now=visit.now)
    if not persons:
        return visit.go("/sign-in/password" + visit.kept)
    for one in persons:
        await state.limits.spend(CODES, str(one), at=state.ticks())
    async with state.transaction() as session:
        code = visit.form.get("code", "")
        person_id = await authenticators.prove(session, persons, code, keys=state.keys, now=visit.now)
        if person_id is not None and await second_step.end(session, browser):
            return await arrive(visit, session, sessions.Subject(person_id=person_id), methods=METHODS)
    said = visit.words.gettext("That code is not right, or it was used before. Wait for the next one.")
    return visit.page("authenticator.html", status=400, problem=said)


async def _choose_page(visit: Visit, facts: SessionFacts) -> Response:
    return await _choose_form(visit, facts)


async def _choose(visit: Visit, facts: SessionFacts) -> Response:
    person_id = facts.subject.person_id
    if person_id is None:
        return visit.go(HOME)
    state, password = visit.state, visit.form.get("password", "")
    email = await contacts.email_of(state, facts.subject) or ""
    try:
        passwords.check(password, name=facts.name or "", email=email)
    except PasswordTooWeak as refused:
        return await _choose_form(visit, facts, _too_weak(visit, refused.weakness))
    password_hash = await state.passwords.hash(password)
    async with state.transaction() as session:
        await passwords.choose(session, person_id, password_hash, now=visit.now)
        await changing.end_other_sessions(visit, session, facts)
        await changing.record(visit, session, facts, Action.CREDENTIAL_ADDED, "password")
        ways = await ways_in.of(session, facts.subject)
    await changing.tell(visit, facts, visit.words.gettext("The password was set. Other devices are signed out."))
    return visit.go(HOME if ways.by_password else "/account/authenticator")


async def _remove(visit: Visit, facts: SessionFacts) -> Response:
    person_id = facts.subject.person_id
    if person_id is None:
        return visit.go(HOME)
    try:
        async with visit.state.transaction() as session:
            await ways_in.remove_password(session, person_id)
            await changing.end_other_sessions(visit, session, facts)
            await changing.record(visit, session, facts, Action.CREDENTIAL_REMOVED, "password")
    except LastWayIn as refused:
        return visit.page("not_changed.html", status=400, code=refused.code)
    await changing.tell(visit, facts, visit.words.gettext("The password and its authenticator were removed."))
    return visit.go(HOME)


async def _choose_form(visit: Visit, facts: SessionFacts, problem: str | None = None) -> Response:
    if facts.subject.person_id is None:
        return visit.go(HOME)
    return visit.page(
        "choose_password.html",
        status=400 if problem else 200,
        problem=problem,
        email=await contacts.email_of(visit.state, facts.subject),
        shortest=SHORTEST,
    )


def _too_weak(visit: Visit, weakness: Weakness) -> str:
    match weakness:
        case Weakness.SHORT:
            said = visit.words.gettext("This password is too short: it takes %(num)d characters.")
            return said % {"num": SHORTEST}
        case Weakness.LONG:
            said = visit.words.gettext("This password is too long: it may have %(num)d characters.")
            return said % {"num": LONGEST}
        case Weakness.COMMON:
            return visit.words.gettext("This is one of the passwords that are tried first. Take unrelated words.")
        case Weakness.OWN_NAME:
            return visit.words.gettext("A password holds neither your name nor your e-mail address.")


def _normal(typed: str) -> str:
    """The address as it is stored; empty, and so nobody's, where it is none."""
    try:
        return normal_email(typed)
    except InvalidValue:
        return ""
