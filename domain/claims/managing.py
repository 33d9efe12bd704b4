"""A claim programme's life: drawn up, published, paused, ended; and the serials that its owner has made."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from domain.claims.errors import ClaimProgrammeNotFound, ClaimProgrammeStateConflict, InvalidClaim, InvalidClaimTerms
from domain.claims.finding import programme_by_id, programme_of, versions_of
from domain.claims.models import ClaimProgrammeRow, ClaimSerial
from domain.claims.terms import ClaimProgramme, ClaimProgrammeId, ClaimTerms
from domain.ids import PartnerId, new_id
from domain.storage import WriteSession
from domain.versions import Life

LONGEST_PROOF = 64
MOST_SERIALS = 10_000
_AT_ONCE = 5_000

_OWN_COURSE = text("SELECT EXISTS (SELECT FROM course c WHERE c.course_id = :course AND c.partner_id = :owner)")


LIFE: Life[ClaimProgramme] = Life(
    row=ClaimProgrammeRow,
    key="programme_id",
    read=programme_of,
    versions_of=versions_of,
    missing=ClaimProgrammeNotFound,
    conflict=ClaimProgrammeStateConflict,
)


async def draw_up(
    session: WriteSession,
    partner_id: PartnerId,
    terms: ClaimTerms,
    *,
    programme_id: ClaimProgrammeId | None = None,
    now: datetime,
) -> ClaimProgramme:
    """Write a programme down, or the next version of one; a draft that is there is written anew.

    Raises: InvalidClaimTerms, ClaimProgrammeNotFound, ClaimProgrammeStateConflict.
    """
    await _check_course(session, partner_id, terms)
    if programme_id is None:
        return await LIFE.write(session, partner_id, new_id(), _columns(terms), now=now)
    latest = await LIFE.changeable(session, partner_id, programme_id)
    return await LIFE.rewrite(session, programme_id, latest, _columns(terms), now=now)


async def publish(
    session: WriteSession, partner_id: PartnerId, programme_id: ClaimProgrammeId, *, now: datetime
) -> ClaimProgramme:
    """Let members claim under the draft; what was live is followed by it.

    Raises: ClaimProgrammeNotFound, ClaimProgrammeStateConflict.
    """
    draft = await LIFE.drafted(session, partner_id, programme_id)
    return await LIFE.publish(session, programme_id, draft, now=now)


async def pause(
    session: WriteSession, partner_id: PartnerId, programme_id: ClaimProgrammeId, *, now: datetime
) -> ClaimProgramme:
    """Let nobody claim for now. Raises: ClaimProgrammeNotFound, ClaimProgrammeStateConflict."""
    return await LIFE.pause(session, partner_id, programme_id, now=now)


async def resume(
    session: WriteSession, partner_id: PartnerId, programme_id: ClaimProgrammeId, *, now: datetime
) -> ClaimProgramme:
    """Go on under the same terms, as the next version. Raises: ClaimProgrammeNotFound, ClaimProgrammeStateConflict."""
    paused = await LIFE.paused(session, partner_id, programme_id)
    return await LIFE.resume(session, programme_id, paused, _columns(paused.terms), now=now)


async def end(
    session: WriteSession, partner_id: PartnerId, programme_id: ClaimProgrammeId, *, now: datetime
) -> ClaimProgramme:
    """Let nobody claim any more; what was claimed is decided and paid.

    Raises: ClaimProgrammeNotFound, ClaimProgrammeStateConflict.
    """
    return await LIFE.end(session, partner_id, programme_id, now=now)


async def list_serials(
    session: WriteSession,
    partner_id: PartnerId,
    programme_id: ClaimProgrammeId,
    serials: Sequence[str],
    *,
    lookup_key: bytes,
) -> int:
    """Add serials that the owner has made, by digests alone; from the first on, no others are taken. How many are new.

    Raises: ClaimProgrammeNotFound, InvalidClaim.
    """
    programme = await programme_by_id(session, programme_id)
    if programme.partner_id != partner_id:
        raise ClaimProgrammeNotFound
    if not 0 < len(serials) <= MOST_SERIALS:
        raise InvalidClaim(f"a list has 1 to {MOST_SERIALS} serials; send more in another", path=("serials",))
    plain = [plain_proof(one, "serials") for one in serials]
    if wrong := next((one for one in plain if not programme.terms.takes_serial(one)), None):
        raise InvalidClaim(f"{wrong} is not written as {programme.terms.serial_form}", path=("serials",))
    digests = sorted({digest_of("SERIAL", one, programme_id, lookup_key) for one in plain})
    new = 0
    for start in range(0, len(digests), _AT_ONCE):
        rows = [
            {"programme_id": programme_id, "digest": digest, "partner_id": partner_id}
            for digest in digests[start : start + _AT_ONCE]
        ]
        done = await session.execute(insert(ClaimSerial).values(rows).on_conflict_do_nothing().returning(ClaimSerial))
        new += len(done.all())
    return new


async def _check_course(session: WriteSession, partner_id: PartnerId, terms: ClaimTerms) -> None:
    if terms.course is None:
        return
    if not await session.scalar(_OWN_COURSE, {"course": terms.course, "owner": partner_id}):
        raise InvalidClaimTerms("course is one of your own", path=("course",))


def plain_proof(said: str, part: str) -> str:
    """A serial or receipt number as it is compared: in capitals, without spaces. Raises: InvalidClaim."""
    plain = "".join(said.split()).upper()
    if not 0 < len(plain) <= LONGEST_PROOF or not plain.isprintable():
        raise InvalidClaim(f"{part} has 1 to {LONGEST_PROOF} printable characters", path=(part,))
    return plain


def digest_of(kind: str, said: str, programme_id: UUID, key: bytes) -> bytes:
    """What a proof is known by within a programme: HMAC-SHA-256 under the server's key for look-ups."""
    return hmac.digest(key, f"claim {kind}\x1f{programme_id}\x1f{said}".encode(), "sha256")


def _columns(terms: ClaimTerms) -> dict[str, Any]:
    told = {"name": terms.name, "kind": terms.kind, "terms": terms.to_json()}
    return {**told, "fingerprint": terms.fingerprint()}
