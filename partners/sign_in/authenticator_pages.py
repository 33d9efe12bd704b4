"""Setting an authenticator up, and getting new recovery codes."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from domain.audit.models import Action
from domain.ids import PersonId
from partners.endpoints import FindState
from partners.errors import ProofRefused
from partners.sign_in import authenticators, changing, contacts, ways_in
from partners.sign_in.arriving import HOME
from partners.sign_in.changing import freshly
from partners.sign_in.sessions import SessionFacts
from partners.sign_in.visits import Visit, shows, takes


def routes(find: FindState) -> list[Route]:
    """The pages."""
    return [
        shows(find, "/account/authenticator", freshly(_set_up_page)),
        takes(find, "/account/authenticator", freshly(_confirm), "code"),
        takes(find, "/account/recovery-codes", freshly(_new_codes)),
    ]


async def _set_up_page(visit: Visit, facts: SessionFacts) -> Response:
    person_id = facts.subject.person_id
    return visit.go(HOME) if person_id is None else await _set_up_form(visit, facts, person_id)


async def _confirm(visit: Visit, facts: SessionFacts) -> Response:
    """The authenticator counts once it has shown a code; then the recovery codes are shown, this one time."""
    person_id = facts.subject.person_id
    if person_id is None:
        return visit.go(HOME)
    state = visit.state
    try:
        async with state.transaction() as session:
            codes = await authenticators.confirm(
                session, person_id, visit.form.get("code", ""), keys=state.keys, now=visit.now
            )
            await changing.end_other_sessions(visit, session, facts)
            await changing.record(visit, session, facts, Action.CREDENTIAL_ADDED, "authenticator")
    except ProofRefused:
        said = visit.words.gettext("That is not the code. Check that the clock of your device is right.")
        return await _set_up_form(visit, facts, person_id, said)
    await changing.tell(visit, facts, visit.words.gettext("An authenticator was set up, with new recovery codes."))
    return visit.page("recovery_codes.html", codes=codes)


async def _new_codes(visit: Visit, facts: SessionFacts) -> Response:
    person_id = facts.subject.person_id
    if person_id is None:
        return visit.go(HOME)
    async with visit.state.transaction() as session:
        if (await ways_in.of(session, facts.subject)).authenticator_since is None:
            return visit.go(HOME)
        codes = await authenticators.give_recovery_codes(session, person_id, keys=visit.state.keys)
        await changing.record(visit, session, facts, Action.CREDENTIAL_ADDED, "recovery-codes")
    await changing.tell(visit, facts, visit.words.gettext("New recovery codes were made; those before do not work."))
    return visit.page("recovery_codes.html", codes=codes)


async def _set_up_form(visit: Visit, facts: SessionFacts, person_id: PersonId, problem: str | None = None) -> Response:
    state = visit.state
    label = await contacts.email_of(state, facts.subject) or visit.house.name
    async with state.transaction() as session:
        proposal = await authenticators.propose(
            session, person_id, house=visit.house.name, label=label, keys=state.keys, now=visit.now
        )
    return visit.page("set_up_authenticator.html", status=400 if problem else 200, problem=problem, proposal=proposal)
