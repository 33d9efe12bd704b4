"""Laws of control groups."""

from __future__ import annotations

from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.earning.control import in_control
from domain.ids import CampaignId
from domain.values import Rate

SHARES = st.fractions(min_value=0, max_value=1, max_denominator=1000).map(Rate)
CAMPAIGN = CampaignId(UUID(int=7))


def drawn(campaign_id: CampaignId, share: Rate, members: int, seed: int = 1) -> list[bool]:
    random = Random(seed)
    return [in_control(campaign_id, UUID(int=random.getrandbits(128)), share) for _ in range(members)]


@given(st.uuids(), st.uuids(), SHARES, SHARES)
def test_raising_the_share_moves_nobody_out(campaign: UUID, member: UUID, one: Rate, other: Rate) -> None:
    low, high = sorted((one, other))
    assert in_control(CampaignId(campaign), member, low) <= in_control(CampaignId(campaign), member, high)


@given(st.uuids(), st.uuids())
def test_nobody_is_in_a_group_of_none_and_everybody_in_one_of_all(campaign: UUID, member: UUID) -> None:
    assert not in_control(CampaignId(campaign), member, Rate(0))
    assert in_control(CampaignId(campaign), member, Rate(1))


def test_a_decision_is_the_same_on_every_server_for_ever() -> None:
    """Written down from the first version: what was drawn once is drawn again."""
    member = UUID("01890000-0000-7000-8000-000000000001")
    decisions = [in_control(CampaignId(UUID(int=n)), member, Rate("1/2")) for n in range(16)]
    assert "".join("x" if one else "." for one in decisions) == ".xxx.xxxxxxx.xx."


def test_the_group_has_its_share_of_members() -> None:
    """Of 20,000 members the share in it lies within four standard deviations: sqrt(p (1 - p) / n)."""
    for share in (Rate("1/20"), Rate("1/10"), Rate("1/2"), Rate("2/3")):
        p, n = float(share), 20_000
        found = sum(drawn(CAMPAIGN, share, n)) / n
        assert abs(found - p) < 4 * (p * (1 - p) / n) ** 0.5, share


def test_the_groups_of_two_campaigns_have_nothing_to_do_with_each_other() -> None:
    one, other = (drawn(CampaignId(UUID(int=n)), Rate("1/2"), 20_000) for n in (1, 2))
    both = sum(first and second for first, second in zip(one, other, strict=True)) / 20_000
    assert abs(both - 0.25) < 4 * (0.25 * 0.75 / 20_000) ** 0.5


def test_members_that_joined_one_after_the_other_are_drawn_apart() -> None:
    """Ids that differ in the last bits only, as those made within a millisecond do."""
    found = sum(in_control(CAMPAIGN, UUID(int=2**100 + n), Rate("1/10")) for n in range(10_000)) / 10_000
    assert abs(found - 0.1) < 4 * (0.09 / 10_000) ** 0.5
