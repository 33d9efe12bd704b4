"""Ending mail by its own link: without signing in, by one request of a mail program (RFC 8058) or on a page.

The address holds, sealed, who gets no more of what; it cannot be guessed, and opens nothing else.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.languages import Wording
from domain.messages import staff
from domain.messages.preferring import Ways, prefer, preferences_of
from domain.messages.topics import TOPICS, StaffTopic, Topic
from domain.messages.wording import wording_in
from domain.storage import ReadSession, Sight, WriteSession
from partners.endpoints import FindState, route
from partners.keys import SealBroken, seal, unseal
from partners.sign_in.visits import Visit, visit_of
from partners.state import AccessState

PATH = "/messages/unsubscribe"
SEAL = "unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Who gets no more mail of what: a member of a topic, or of all; a person of a partner's of a topic."""

    topic: str | None
    wallet_id: UUID | None = None
    member_id: UUID | None = None
    partner_id: UUID | None = None
    person_id: UUID | None = None


def address_of(ending: Ending, *, issuer: str, key: bytes) -> str:
    """Where one request ends it."""
    said = [ending.topic, *(one and one.hex for one in (ending.wallet_id, ending.member_id))]
    said += [one and one.hex for one in (ending.partner_id, ending.person_id)]
    sealed = seal(key, orjson.dumps(said), name=SEAL)
    return f"{issuer}{PATH}/{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"


def read(token: str, *, key: bytes) -> Ending | None:
    """What an address says; None for one that is not ours."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        topic, *ids = orjson.loads(unseal(key, sealed, name=SEAL))
    except (SealBroken, binascii.Error, ValueError):
        return None
    wallet_id, member_id, partner_id, person_id = (UUID(one) if one else None for one in ids)
    return Ending(topic=topic, wallet_id=wallet_id, member_id=member_id, partner_id=partner_id, person_id=person_id)


def routes(find: FindState) -> list[Route]:
    """The page with its button, and what button and mail programs post to. No cookie is asked for: the link counts."""
    path = f"{PATH}/{{token}}"
    return [route(find, path, _ask), route(find, path, _end, "POST")]


async def _ask(request: Request, state: AccessState) -> Response:
    """Nothing ends by looking: scanners of mail follow links."""
    visit = await visit_of(request, state)
    w = wording_in(visit.words.language)
    if _ending(request, state) is None:
        return _not_ours(visit, w)
    return visit.page(
        "unsubscribe.html",
        title=w.gettext("No more mail like this?"),
        text=w.gettext("You go on finding everything that concerns you in your account."),
        button=w.gettext("Yes, no more of it"),
    )


async def _end(request: Request, state: AccessState) -> Response:
    visit = await visit_of(request, state)
    w = wording_in(visit.words.language)
    ending = _ending(request, state)
    if ending is None:
        return _not_ours(visit, w)
    await _ended(ending, state)
    return visit.page(
        "unsubscribe.html", title=w.gettext("Done"), text=w.gettext("You get no more mail like this."), button=None
    )


def _ending(request: Request, state: AccessState) -> Ending | None:
    return read(request.path_params["token"], key=state.keys.messages)


def _not_ours(visit: Visit, w: Wording) -> Response:
    said = w.gettext("Copy it whole from the mail.")
    title = w.gettext("This link does not work")
    return visit.page("unsubscribe.html", status=404, title=title, text=said, button=None)


async def _ended(ending: Ending, state: AccessState) -> None:
    """With the sight of whoever the mail was for; what ended before stays ended."""
    member = ending.member_id is not None
    sight = Sight.member(ending.member_id) if ending.member_id else Sight.partner(ending.partner_id or UUID(int=0))
    async with state.database.session(sight) as opened, opened.begin():
        session = WriteSession(ReadSession(opened))
        if member:
            await _members(session, ending, state)
        elif ending.person_id is not None and ending.partner_id is not None and ending.topic is not None:
            topic = StaffTopic(ending.topic)
            await staff.mail_no_more(session, ending.person_id, ending.partner_id, topic, now=state.clock())


async def _members(session: WriteSession, ending: Ending, state: AccessState) -> None:
    assert ending.wallet_id is not None
    assert ending.member_id is not None
    wants = await preferences_of(session, ending.wallet_id, ending.member_id)
    ways: Mapping[Topic, Ways] = {
        **wants.ways,
        **{topic: Ways(inbox=wants.of(topic).inbox, mail=False) for topic in _ended_with(ending.topic)},
    }
    changed = type(wants)(
        ways=ways, digest=wants.digest, quiet=wants.quiet, time_zone=wants.time_zone, language=wants.language
    )
    await prefer(session, ending.wallet_id, ending.member_id, changed, now=state.clock())


def _ended_with(topic: str | None) -> list[Topic]:
    """A digest ends with all topics, marketing with all of marketing, and what is a member's own alone."""
    if topic is None:
        return list(Topic)
    marketing = TOPICS[Topic(topic)].marketing
    return [one for one in Topic if TOPICS[one].marketing] if marketing else [Topic(topic)]
