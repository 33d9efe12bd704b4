"""Who carries how much of what is issued, and when that is too much in one hand."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.settlement import policy
from domain.settlement.concentration import concentration, shares
from domain.settlement.terms import Flow
from domain.storage import Database
from tests.domain.settlement.builders import flow
from tests.domain.settlement.trading import HYBRID, a_coalition

HALF = Decimal("0.5")
flows = st.lists(
    st.builds(
        lambda points, sponsor, kind: flow(kind, points, sponsor),
        st.integers(1, 10**6),
        st.sampled_from("PQR"),
        st.sampled_from(["ACCRUE", "CLAWBACK", "EXPIRE"]),
    )
)


@given(flows)
def test_shares_are_of_what_was_issued_and_never_more_than_all_of_it(made: list[Flow]) -> None:
    found = shares(made, HALF)
    assert sum(carried.share for carried in found) <= 1
    assert len([carried for carried in found if carried.warns]) <= 1
    assert all(carried.warns == (2 * carried.points > sum(each.points for each in found)) for carried in found)


async def test_more_than_the_policys_share_is_a_warning_and_exactly_that_share_is_none(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.do(policy.change, {"concentration_share": HALF}, by=None, now=trading.now)
    await trading.earn(member, "P", {"P": 100, "R": 100})
    assert (await trading.do(concentration, trading.cycle)).warnings == ()
    lot = await trading.earn(member, "P", {"P": 300})
    found = await trading.do(concentration, trading.cycle)
    assert [(one.partner_id, one.points, one.share) for one in found.warnings] == [
        (trading.partner_ids["P"], 400, Decimal("0.8"))
    ]
    await trading.give_back(member, "P", lot, 300)
    assert (await trading.do(concentration, trading.cycle)).warnings == ()
