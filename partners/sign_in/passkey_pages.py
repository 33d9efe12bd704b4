"""Signing in with a passkey, and keeping and removing one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.audit import trail
from domain.audit.models import Action, SubjectKind
from domain.audit.trail import SERVER, Line
from domain.errors import DomainError, InvalidValue, NotFound
from domain.ids import PartnerId
from partners.endpoints import FindState
from partners.errors import LastWayIn, PasskeyRefused, TooManyPasskeys
from partners.limits import Limit
from partners.sign_in import changing, contacts, devices, pages, passkeys, sessions, ways_in
from partners.sign_in.arriving import HOME, arrive
from partners.sign_in.changing import freshly
from partners.sign_in.passkeys import CounterWentBack, Shown
from partners.sign_in.sessions import SessionFacts
from partners.sign_in.visits import Visit, takes

CEREMONIES = Limit(name="sign-in-passkey", amount=120, period=timedelta(hours=1), guards=True)
"""How often one address on the network may ask for a challenge or answer one; a passkey cannot be guessed."""

CREDENTIAL = "credential"


def routes(find: FindState) -> list[Route]:
    """The pages' forms, and what the script asks for."""
    return [
        takes(find, "/sign-in/passkey/options", _ask_to_show),
        takes(find, "/sign-in/passkey", _sign_in, CREDENTIAL),
        takes(find, "/account/passkeys/options", freshly(_ask_to_register)),
        takes(find, "/account/passkeys", freshly(_register), CREDENTIAL, "name"),
        takes(find, "/account/passkeys/remove", freshly(_remove), "passkey"),
    ]


def suggested_name(visit: Visit) -> str:
    """What a new passkey is called unless its owner says otherwise: by the browser it is made in."""
    device = devices.device(visit.request.headers.get("user-agent", "")) or ""
    return ", ".join(part for part in device.split("/") if part)


async def _ask_to_show(visit: Visit) -> Response:
    await _spend(visit)
    async with visit.state.transaction() as session:
        options = await passkeys.ask_to_show(
            session, issuer=visit.state.issuer, browser_hash=browser_hash(visit), now=visit.now
        )
    return _options(options)


async def _sign_in(visit: Visit) -> Response:
    await _spend(visit)
    try:
        shown = await _shown(visit, visit.form.get(CREDENTIAL, ""))
    except PasskeyRefused as refused:
        if isinstance(refused, CounterWentBack):
            await _suspect(visit, refused)
        return visit.page("passkey_refused.html", status=400)
    async with visit.state.transaction() as session:
        return await arrive(visit, session, shown.subject, methods=shown.methods)


async def _shown(visit: Visit, response: str) -> Shown:
    """Whose passkey it is. The challenge is used up first, whether the rest is right or not."""
    issuer, now = visit.state.issuer, visit.now
    async with visit.state.transaction() as session:
        challenge = await passkeys.answered(
            session, response, registers=False, browser_hash=browser_hash(visit), now=now
        )
    async with visit.state.transaction() as session:
        return await passkeys.show(session, response, challenge=challenge, issuer=issuer, now=now)


async def _suspect(visit: Visit, copied: CounterWentBack) -> None:
    """Tell those who watch that there may be a copy of a passkey."""
    subject = copied.subject
    line = Line(
        actor=SERVER,
        action=Action.PASSKEY_SUSPECTED,
        subject=SubjectKind.PERSON if subject.person_id else SubjectKind.MEMBER,
        subject_id=subject.person_id or subject.member_id,
        facts={"passkey": str(copied.passkey_id)},
        partner_id=PartnerId(copied.partner_id) if copied.partner_id else None,
    )
    async with visit.state.transaction() as session:
        await trail.record(session, line, now=visit.now)


async def _ask_to_register(visit: Visit, facts: SessionFacts) -> Response:
    await _spend(visit)
    label = await contacts.email_of(visit.state, facts.subject) or facts.name or visit.house.name
    try:
        async with visit.state.transaction() as session:
            options = await passkeys.ask_to_register(
                session,
                facts.subject,
                issuer=visit.state.issuer,
                house=visit.house.name,
                label=label,
                browser_hash=browser_hash(visit),
                now=visit.now,
            )
    except TooManyPasskeys as refused:
        return JSONResponse({"error": refused.code}, 400, pages.FOR_OWN_PAGES)
    return _options(options)


async def _register(visit: Visit, facts: SessionFacts) -> Response:
    await _spend(visit)
    response = visit.form.get(CREDENTIAL, "")
    try:
        async with visit.state.transaction() as session:
            challenge = await passkeys.answered(
                session, response, registers=True, browser_hash=browser_hash(visit), now=visit.now
            )
        async with visit.state.transaction() as session:
            made = await passkeys.register(
                session,
                facts.subject,
                response,
                name=visit.form.get("name", "") or suggested_name(visit) or visit.house.name,
                challenge=challenge,
                issuer=visit.state.issuer,
                now=visit.now,
            )
            await changing.record(visit, session, facts, Action.CREDENTIAL_ADDED, "passkey")
    except (PasskeyRefused, TooManyPasskeys, InvalidValue) as refused:
        return _not_changed(visit, refused)
    said = visit.words.gettext("A passkey was added: %(name)s.")
    await changing.tell(visit, facts, said % {"name": made.name})
    return visit.go(HOME)


async def _remove(visit: Visit, facts: SessionFacts) -> Response:
    try:
        async with visit.state.transaction() as session:
            gone = await ways_in.remove_passkey(session, facts.subject, _named(visit.form.get("passkey", "")))
            await changing.record(visit, session, facts, Action.CREDENTIAL_REMOVED, "passkey")
    except NotFound:
        return visit.go(HOME)
    except LastWayIn as refused:
        return _not_changed(visit, refused)
    said = visit.words.gettext("A passkey was removed: %(name)s.")
    await changing.tell(visit, facts, said % {"name": gone.name})
    return visit.go(HOME)


def browser_hash(visit: Visit) -> bytes:
    """What ties a ceremony to one browser: its session, or its cookie before one."""
    return sessions.hashed(visit.secret or visit.browser)


def _named(passkey: str) -> UUID:
    try:
        return UUID(passkey)
    except ValueError:
        raise NotFound("There is no such passkey.") from None


def _not_changed(visit: Visit, refused: DomainError) -> Response:
    return visit.page("not_changed.html", status=400, code=refused.code)


def _options(options: dict[str, Any]) -> Response:
    return JSONResponse(options, headers=pages.FOR_OWN_PAGES)


async def _spend(visit: Visit) -> None:
    await visit.state.limits.spend(CEREMONIES, visit.address, at=visit.state.ticks())
