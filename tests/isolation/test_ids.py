"""An id of somebody else answers exactly as an id that does not exist, to the last byte, and does nothing."""

from __future__ import annotations

import pytest

from tests.isolation.asking import Asking
from tests.isolation.conftest import ONE_WALL
from tests.isolation.names import echoing_no_code
from tests.isolation.operations import EXAMPLES
from tests.isolation.spying import contents, mine, variants
from tests.isolation.viewers import as_partner, attackers
from tests.isolation.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMING = [example for example in EXAMPLES if example.names_others]


@ONE_WALL
@pytest.mark.parametrize("attacker", ["rival", "maker", "wholesaler", "member", "storefront"])
async def test_another_shops_ids_answer_as_ids_that_nobody_has(either: World, attacker: str) -> None:
    viewer, asking = attackers(either)[attacker], Asking(either.database)
    own, names = mine(either, viewer), variants(either, viewer, either.birch)
    before = await contents(either.url)
    told_apart = []
    for example in NAMING:
        answers = {
            how: echoing_no_code(
                (await asking.ask(viewer, example.field, example.variables(own, names[how], run=attacker))).text,
                names[how],
            )
            for how in ("unknown", "stolen", "forged", "garbled")
        }
        told_apart += [
            f"{example} {how}: {text} and not {answers['unknown']}"
            for how, text in answers.items()
            if text != answers["unknown"]
        ]
    assert told_apart == []
    assert await contents(either.url) == before


READ_BELOW = (
    *("voucher", "message", "survey_offer"),
    *("business_user", "my_business", "my_claim", "my_course", "my_seller", "quiz", "registration", "trade_in_item"),
    *("hidden_review", "shown_review", "review_answer", "review_comment", "shown_comment"),
)
"""A member's own, or read with what they are part of."""


@pytest.mark.slow
@ONE_WALL
async def test_ones_own_ids_answer_otherwise(either: World) -> None:
    """Else the test above would prove nothing."""
    viewer, asking = as_partner(either.amber.partner_id), Asking(either.database)
    own, nobodys = mine(either, viewer), variants(either, viewer, either.birch)["unknown"]
    alike = set()
    for example in NAMING:
        unknown = await asking.ask(viewer, example.field, example.variables(own, nobodys, run="own"))
        known = await asking.ask(viewer, example.field, example.variables(own, own, run="own"))
        if unknown.text == known.text and "FORBIDDEN" not in known.codes:
            alike.add(str(example))
    assert alike == {
        "Query.node person",  # a partner knows a member by an id of its own
        "Query.node adjustment",
        "Query.find by a card",  # these have letters only; a search takes for a card what has a card's digits
        *("Query.node set_aside", "Query.node credit", "Query.node bank_entry"),  # read below what they are part of
        "Query.lineProof set aside",  # what is kept out of a statement is no part of what its digest proves
        "Mutation.paymentConfirm",  # its payments go through the operator, who sees them arrive
        "Query.node event",  # events are read in order
        "Query.node grant",  # a member's own, and read below its links
        "Query.cycle by another's id",
        "Query.statement draft",
        *("Query.campaignBacktests", "Query.campaignBacktestShares"),  # none has been kept yet
        "Mutation.rewardFulfil a redemption of points",  # it is for no reward
        "Query.rewardAccess",  # opened to nobody yet
        *(f"Query.agreementBefore of a {word}" for word in ("campaign", "reward", "scheme")),  # each is the first
        *("Mutation.reviewCommentWrite to what waits", "Mutation.reviewReport what waits"),  # it is shown to nobody
        "Query.trialTickets",  # nothing was drawn: who came first was served first
        *("Mutation.bonusSchemeAgree", "Mutation.tradeInSchemeAgree"),  # nor of these
        *("Mutation.businessInvite", "Mutation.businessInvite by a user"),  # the firm has an owner, who invites
        "Mutation.soldOnReport",  # the member is no firm
        *(f"Query.node {word}" for word in READ_BELOW),
        "Mutation.rewardDraft for another's segment",  # an example before it has retired the segment
        "Mutation.myCertificateChoose",  # a member's own affair
        "Mutation.couponAgree",  # the partner is no sponsor of its own draft
        "Query.segmentPreview mix",  # so few members are never counted out
        "Query.prepaidRefunds of a partner",  # whose it is, is a filter for the coalition; a partner is told its own
    }


PAGED = ("events", "clients", "people", "auditTrail", "partnerProducts", "partnerCampaigns")


@pytest.mark.parametrize("field", PAGED)
async def test_another_shops_cursor_answers_as_a_word_that_is_none(either: World, field: str) -> None:
    asking, birch, rival = Asking(either.database), as_partner(either.birch.partner_id), attackers(either)["rival"]
    told = await asking.said(birch, f"{{ {field}(first: 1) {{ pageInfo {{ endCursor }} }} }}")
    theirs = told.body["data"][field]["pageInfo"]["endCursor"]
    own = (await asking.said(rival, f"{{ {field}(first: 1) {{ pageInfo {{ endCursor }} }} }}")).body["data"][field]
    answers = [
        await asking.said(
            rival, f"query($after: String) {{ {field}(after: $after) {{ nodes {{ id }} }} }}", {"after": one}
        )
        for one in (theirs, theirs[::-1], own["pageInfo"]["endCursor"])
    ]
    assert answers[0].text == answers[1].text
    assert answers[0].codes == {"INVALID_VALUE"}
    assert answers[2].codes == set()
