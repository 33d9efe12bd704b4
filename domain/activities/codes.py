"""Codes that say somebody is there: a member's own, and the host's that changes by the minute.

Each is an HMAC over what it stands for and the minute it is shown in, cut to 80 bits; it counts in its minute and in
the next, so that a slow hand is no reason to refuse (RFC 6238, 5.2). A picture of it sent to somebody else is of no use
two minutes later, and nobody comes twice.
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from datetime import datetime, timedelta
from uuid import UUID

STEP = timedelta(minutes=1)
SLACK = 1
"""So many steps after its own a code still counts."""
CUT = 10
_HOST, _MEMBER = "activity host", "activity member"


def host_code(activity_id: UUID, host_id: UUID, key: bytes, *, now: datetime) -> str:
    """What a host shows at this moment: sixteen letters and digits."""
    return _written(_mac(_HOST, activity_id.bytes + host_id.bytes, key, _step(now)))


def host_of(code: str, activity_id: UUID, hosts: frozenset[UUID], key: bytes, *, now: datetime) -> UUID | None:
    """Which host shows this code about now; None: no host does."""
    told = _read(code)
    fits = (host for host in sorted(hosts) if _counts(told, _HOST, activity_id.bytes + host.bytes, key, now))
    return next(fits, None)


def member_code(place_id: UUID, key: bytes, *, now: datetime) -> str:
    """What a member shows at this moment for its place at one activity: the place, and that it is shown now."""
    return _written(place_id.bytes + _mac(_MEMBER, place_id.bytes, key, _step(now)))


def place_of(code: str, key: bytes, *, now: datetime) -> UUID | None:
    """For which place a member shows this code about now; None: for none."""
    told = _read(code)
    place, mac = told[:16], told[16:]
    return UUID(bytes=place) if len(place) == 16 and _counts(mac, _MEMBER, place, key, now) else None  # noqa: PLR2004


def valid_until(now: datetime) -> datetime:
    """When a code that is shown now counts no more."""
    return datetime.fromtimestamp((_step(now) + 1 + SLACK) * STEP.total_seconds(), tz=now.tzinfo)


def _step(now: datetime) -> int:
    return int(now.timestamp()) // int(STEP.total_seconds())


def _mac(scope: str, what: bytes, key: bytes, step: int) -> bytes:
    return hmac.digest(key, scope.encode() + b"\x1f" + what + step.to_bytes(8, "big"), "sha256")[:CUT]


def _counts(mac: bytes, scope: str, what: bytes, key: bytes, now: datetime) -> bool:
    step = _step(now)
    fits = [hmac.compare_digest(mac, _mac(scope, what, key, step - back)) for back in range(SLACK + 1)]
    return any(fits)


def _written(data: bytes) -> str:
    return b32encode(data).decode().rstrip("=")


def _read(code: str) -> bytes:
    bare = "".join(code.split()).replace("-", "").upper()
    try:
        return b32decode(bare + "=" * (-len(bare) % 8))
    except ValueError:
        return b""
