"""Who is left out of a campaign so that its effect can be measured: a control group, drawn by a stable hash."""

from __future__ import annotations

from hashlib import blake2b
from uuid import UUID

from domain.ids import CampaignId
from domain.values import Rate

BITS = 64
PURPOSE = b"hansa.control"


def in_control(campaign_id: CampaignId, member_id: UUID, share: Rate) -> bool:
    """Whether a member is in a campaign's control group of this share of all members.

    The first 64 bits of BLAKE2b (RFC 7693) over campaign and member, as a fraction of 2^64, lie below the share. So who
    is in it can be told again at any time, is drawn anew for each campaign, and stays in it when the share is raised.
    """
    digest = blake2b(campaign_id.bytes + member_id.bytes, digest_size=BITS // 8, person=PURPOSE).digest()
    return int.from_bytes(digest) * share.denominator < share.numerator << BITS
