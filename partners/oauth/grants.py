"""What members granted partners' clients: what is left of it at this moment, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.orm import Session
from sqlmodel import col, select

from domain.coalition.models import Partner, PartnerStatus
from domain.members.models import ConsentPurpose, MemberKind
from domain.members.recognition import KnownMember
from partners.clients.ceilings import held
from partners.clients.models import Client, PartnerCeiling
from partners.oauth.models import Grant
from partners.scopes import OPENID, PURPOSE_OF_SCOPE, Scope, known

if TYPE_CHECKING:
    from partners.state import AccessState

LIFETIME = timedelta(days=180)
"""After half a year the member is asked again."""

READ_AGAIN_AFTER_SECONDS = 2.0
"""How long a reading is believed: what a member takes back stops within five seconds."""

SERVES_MEMBERS = (PartnerStatus.ACTIVE, PartnerStatus.LEAVING)
"""A partner that is suspended meets no members, and its grants rest."""

_MEMBER = text(
    "SELECT m.wallet_id, m.member_id, m.kind, consents_standing(m.member_id, :partner) AS purposes"
    " FROM recognise_linked(ARRAY[CAST(:pairwise AS uuid)], :partner) m"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingGrant:
    """A grant of which something is left."""

    grant_id: UUID
    client: Client
    member: KnownMember
    scopes: frozenset[Scope]
    """What was granted, the client still holds, and the member still consents to."""
    openid: bool
    """Whether the client may know who the member is to its partner."""
    expires_at: datetime

    @property
    def subject(self) -> UUID:
        """The member as the client's partner knows it."""
        return self.member.pairwise_id


def standing(session: Session, grant_id: UUID, *, now: datetime) -> StandingGrant | None:
    """What is left of a grant; None once it was revoked, is past, or everything it gave was taken back.

    Needs the authorization server's sight; `now` is the real time.
    """
    found = session.execute(
        select(Grant, Client, PartnerCeiling.scopes)
        .join(Client, col(Client.client_id) == Grant.client_id)
        .join(Partner, col(Partner.partner_id) == Grant.partner_id)
        .outerjoin(PartnerCeiling, col(PartnerCeiling.partner_id) == Grant.partner_id)
        .where(
            col(Grant.grant_id) == grant_id,
            col(Grant.revoked_at).is_(None),
            col(Grant.expires_at) > now,
            col(Client.revoked_at).is_(None),
            col(Partner.status).in_(SERVES_MEMBERS),
        )
    ).one_or_none()
    if found is None:
        return None
    grant, client, partners_own = found
    whose = {"pairwise": grant.pairwise_id, "partner": grant.partner_id}
    row = session.execute(_MEMBER, whose).one_or_none()
    granted = known(grant.scopes)
    left = granted & held(client, partners_own) & consented(row.purposes) if row else frozenset[Scope]()
    if row is None or (granted and not left):
        return None
    return StandingGrant(
        grant_id=grant_id,
        client=client,
        member=KnownMember(
            wallet_id=row.wallet_id,
            member_id=row.member_id,
            kind=MemberKind(row.kind),
            pairwise_id=grant.pairwise_id,
        ),
        scopes=left,
        openid=OPENID in grant.scopes,
        expires_at=grant.expires_at,
    )


def consented(purposes: list[str]) -> frozenset[Scope]:
    """The scopes that stand on these consents."""
    given = frozenset(map(ConsentPurpose, purposes))
    return frozenset(scope for scope, purpose in PURPOSE_OF_SCOPE.items() if purpose in given)


async def standing_lately(state: AccessState, grant_id: UUID) -> StandingGrant | None:
    """What is left of a grant, as read within the last two seconds."""
    at = state.ticks()
    remembered = state.grants.get(grant_id.bytes)
    if remembered is None or at - remembered[1] >= READ_AGAIN_AFTER_SECONDS:
        now = state.clock()
        async with state.transaction() as session:
            found = await session.run_sync(standing, grant_id, now=now)
        remembered = found, at
        state.grants.put(grant_id.bytes, remembered)
    return remembered[0]


def last(session: Session, grant_id: UUID, *, until: datetime, now: datetime) -> None:
    """Let a grant whose code was redeemed last."""
    session.execute(update(Grant).where(col(Grant.grant_id) == grant_id).values(expires_at=until, last_used_at=now))


def note_use(session: Session, grant_id: UUID, *, now: datetime) -> None:
    """Note that a grant is in use, so that its member sees it."""
    session.execute(update(Grant).where(col(Grant.grant_id) == grant_id).values(last_used_at=now))


def end(session: Session, grant_id: UUID, *, now: datetime) -> Grant | None:
    """End a grant, and with it all its tokens; None if it had ended before."""
    ended = session.execute(
        update(Grant)
        .where(col(Grant.grant_id) == grant_id, col(Grant.revoked_at).is_(None))
        .values(revoked_at=now)
        .returning(Grant)
    )
    return ended.scalar_one_or_none()
