"""Drafts change until they are signed; signing takes a second person, and nothing reaches back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from domain.coalition import contracts
from domain.coalition.comparing import compare
from domain.coalition.contracts import Band, Terms
from domain.coalition.errors import (
    ContractChanged,
    ContractInvalid,
    ContractOvertaken,
    ContractSigned,
    ContractTooEarly,
    ContractWithdrawn,
    ExclusivityTaken,
    PersonNeeded,
    SecondSignatureNeeded,
)
from domain.coalition.models import Billing, Contract, DisputedLines, TaxRule
from domain.coalition.queries import contracts_of
from domain.errors import NotFound
from domain.storage import Database, Sight
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, NOON, Trading, a_coalition

LATER = NOON + timedelta(days=30)


def agreed(**changes: Any) -> Terms:
    """A contract with some terms of one's own."""
    usual = {"valid_from": LATER, "price": Decimal("0.01"), "price_redeem": Decimal("0.0085")}
    return Terms(**{**usual, **changes})


async def a_draft(trading: Trading, letter: str = "P", **changes: Any) -> Contract:
    return await trading.do(contracts.draw_up, trading.partner_ids[letter], agreed(**changes), by=ANNA, now=trading.now)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("pack_points", {"billing": Billing.PREPAID}),
        ("pack_points", {"pack_points": 1000}),
        ("pack_alert", {"billing": Billing.PREPAID, "pack_points": 10, "pack_alert": 11}),
        ("pack_limit", {"pack_limit": True}),
        ("credit_limit", {"credit_limit": Decimal(-1)}),
        ("price", {"price": Decimal("0.0000001")}),
        ("price", {"price": Decimal("NaN")}),
        ("bands", {"bands": (Band(points=5, price=Decimal(1)), Band(points=5, price=Decimal(1)))}),
        ("tax_supply", {"tax_supply": Decimal("1.01")}),
        ("tax_credit", {"tax_rule": TaxRule.REVERSE_CHARGE, "tax_credit": Decimal("0.2")}),
        ("breakage_issuer", {"breakage_issuer": Decimal("0.6"), "breakage_charity": Decimal("0.5")}),
        ("value_days", {"value_days": -1}),
        ("tail_days", {"tail_days": 2000}),
        ("exclusive_categories", {"exclusive_categories": ("BEER", "BEER")}),
        ("exclusive_categories", {"exclusive_categories": ("",)}),
        ("territories", {"territories": ("XX",)}),
        ("territories", {"territories": ("lv",)}),
        ("issues", {"issues": False, "redeems": False}),
    ],
)
def test_each_term_is_held_to_what_it_may_be_and_the_refusal_names_it(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ContractInvalid) as refused:
        agreed(**changes)
    assert refused.value.path == (field,)


async def test_every_term_comes_back_as_it_was_agreed(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    full = agreed(
        bands=(Band(points=100, price=Decimal("0.009")),),
        billing=Billing.PREPAID,
        pack_points=10_000,
        pack_alert=1_000,
        pack_limit=True,
        credit_limit=Decimal("250.5"),
        tax_supply=Decimal("0.21"),
        tax_credit=Decimal("0.21"),
        self_billing=False,
        disputed_lines=DisputedLines.LEFT_OUT,
        exclusive_categories=("BEER", "WINE"),
        territories=("LV", "FI"),
        notice_days=30,
        tail_days=60,
        value_days=7,
        dispute_days=21,
    )
    drawn = await trading.do(contracts.draw_up, trading.partner_ids["P"], full, by=ANNA, now=trading.now)
    stored = await trading.do(contracts.contract_of, drawn.contract_id)
    assert compare(full, contracts.terms_of(stored)) == []


async def test_a_draft_changes_until_it_is_signed_and_never_after(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    draft = await a_draft(trading)
    changed = await trading.do(
        contracts.change, draft.contract_id, agreed(price=Decimal("0.02")), by=BERT, now=trading.now
    )
    assert (changed.revision, changed.drawn_up_by) == (1, BERT)
    with pytest.raises(ContractChanged):
        await trading.do(contracts.sign, draft.contract_id, now=trading.now, by=ANNA, revision=0)
    with pytest.raises(SecondSignatureNeeded):
        await trading.do(contracts.sign, draft.contract_id, now=trading.now, by=BERT, revision=1)
    signed = await trading.do(contracts.sign, draft.contract_id, now=trading.now, by=ANNA, revision=1)
    assert signed.signed_by == ANNA
    assert (await trading.do(contracts.sign, draft.contract_id, now=LATER, by=ANNA)).signed_at == signed.signed_at
    for refused in (
        trading.do(contracts.change, draft.contract_id, agreed(), by=ANNA, now=trading.now),
        trading.do(contracts.withdraw, draft.contract_id, by=ANNA, now=trading.now),
        trading.do(contracts.sign, draft.contract_id, now=trading.now, by=BERT),
    ):
        with pytest.raises(ContractSigned):
            await refused


async def test_a_withdrawn_draft_stays_withdrawn_and_its_number_is_gone(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await a_coalition(database, P=HYBRID)
    draft = await a_draft(trading)
    await trading.do(contracts.withdraw, draft.contract_id, by=ANNA, now=trading.now)
    with pytest.raises(ContractWithdrawn):
        await trading.do(contracts.sign, draft.contract_id, now=trading.now, by=BERT)
    with pytest.raises(asyncpg.CheckViolationError, match="withdrawn"):
        await owner.execute("UPDATE contract SET signed_at = now() WHERE contract_id = $1", draft.contract_id)
    assert (await a_draft(trading)).version == draft.version + 1


async def test_the_database_refuses_one_person_for_both_names(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_coalition(database, P=HYBRID)
    draft = await a_draft(trading)
    with pytest.raises(asyncpg.CheckViolationError, match="ck_contract_second_person"):
        await owner.execute(
            "UPDATE contract SET signed_at = now(), signed_by = drawn_up_by WHERE contract_id = $1", draft.contract_id
        )


async def test_the_command_line_binds_alone_only_until_the_first_cut_off(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await a_coalition(database, P=HYBRID)
    nameless = await trading.do(contracts.draw_up, trading.partner_ids["P"], agreed())
    await trading.do(contracts.sign, nameless.contract_id, now=trading.now)
    early = await trading.do(contracts.draw_up, trading.partner_ids["P"], agreed(valid_from=LATER))
    await trading.close(trading.cycle)
    with pytest.raises(PersonNeeded):
        await trading.do(contracts.draw_up, trading.partner_ids["P"], agreed())
    with pytest.raises(PersonNeeded):
        await trading.do(contracts.sign, early.contract_id, now=trading.now, by=BERT)
    with pytest.raises(asyncpg.CheckViolationError, match="by people"):
        await owner.execute("UPDATE contract SET signed_at = now() WHERE contract_id = $1", early.contract_id)
    await owner.execute("UPDATE coalition SET sandbox = true")
    await trading.do(contracts.sign, early.contract_id, now=trading.now)


async def test_a_contract_reaches_back_neither_into_what_is_cut_off_nor_before_the_version_it_follows(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await trading.close(trading.cycle)
    back = await a_draft(trading, valid_from=NOON - timedelta(hours=1))
    with pytest.raises(ContractTooEarly, match="cut off"):
        await trading.do(contracts.sign, back.contract_id, now=trading.now, by=BERT)
    with pytest.raises(asyncpg.CheckViolationError, match="cut-off"):
        await owner.execute(
            "UPDATE contract SET signed_at = now(), signed_by = $2 WHERE contract_id = $1", back.contract_id, BERT
        )
    third = await a_draft(trading, valid_from=LATER)
    await trading.do(contracts.sign, third.contract_id, now=trading.now, by=BERT)
    await trading.do(contracts.change, back.contract_id, agreed(), by=ANNA, now=trading.now)
    with pytest.raises(ContractOvertaken):
        await trading.do(contracts.sign, back.contract_id, now=trading.now, by=BERT)
    fourth = await a_draft(trading, valid_from=LATER - timedelta(days=1))
    with pytest.raises(ContractTooEarly, match="version 3"):
        await trading.do(contracts.sign, fourth.contract_id, now=trading.now, by=BERT)


async def test_of_two_who_sign_at_once_one_is_refused_and_of_two_versions_none_is_lost(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    draft = await a_draft(trading)
    answers = await asyncio.gather(
        *(trading.do(contracts.sign, draft.contract_id, now=trading.now, by=by) for by in (BERT, None)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Contract", "ContractSigned"]
    drawn = await asyncio.gather(*(a_draft(trading) for _ in range(3)))
    assert sorted(contract.version for contract in drawn) == [3, 4, 5]


async def test_exclusive_goods_are_kept_for_one_partner_wherever_and_whenever_both_would_be(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID)
    first = await a_draft(trading, "P", exclusive_categories=("BEER", "WINE"), territories=("LV",))
    await trading.do(contracts.sign, first.contract_id, now=trading.now, by=BERT)
    for where in ((), ("FI", "LV")):
        other = await a_draft(trading, "Q", exclusive_categories=("BEER",), territories=where)
        with pytest.raises(ExclusivityTaken, match=r"BEER is kept for Partner P in LV") as refused:
            await trading.do(contracts.sign, other.contract_id, now=trading.now, by=BERT)
        assert refused.value.categories == ("BEER",)
    apart = await a_draft(trading, "Q", exclusive_categories=("BEER",), territories=("FI",))
    await trading.do(contracts.sign, apart.contract_id, now=trading.now, by=BERT)
    given_up = await a_draft(trading, "P", valid_from=LATER + timedelta(days=10))
    await trading.do(contracts.sign, given_up.contract_id, now=trading.now, by=BERT)
    then = await a_draft(trading, "Q", exclusive_categories=("BEER",), valid_from=LATER + timedelta(days=10))
    await trading.do(contracts.sign, then.contract_id, now=trading.now, by=BERT)


async def test_of_two_exclusivities_signed_at_once_one_is_refused(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID)
    drafts = [await a_draft(trading, letter, exclusive_categories=("BEER",)) for letter in "PQ"]
    answers = await asyncio.gather(
        *(trading.do(contracts.sign, draft.contract_id, now=trading.now, by=BERT) for draft in drafts),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Contract", "ExclusivityTaken"]


async def test_a_contract_is_its_partners_and_the_coalitions_to_see_and_nobody_elses(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID)
    draft = await a_draft(trading)
    async with trading.session(Sight.partner(trading.partner_ids["P"])) as own:
        assert len(await contracts_of(own, trading.partner_ids["P"])) == 2
        assert await contracts_of(own, trading.partner_ids["Q"]) == []
    async with trading.session(Sight.partner(trading.partner_ids["Q"])) as other:
        with pytest.raises(NotFound):
            await contracts.contract_of(other, draft.contract_id)


def test_a_difference_is_said_in_words_and_in_values() -> None:
    found = compare(agreed(), agreed(share_at_issuance=Decimal("0.4"), credit_limit=Decimal(100), territories=("LV",)))
    assert [(one.term, one.before, one.after, one.value_after) for one in found] == [
        ("share_at_issuance", "100 %", "40 %", "0.4"),
        ("credit_limit", "no limit", "100", "100"),
        ("territories", "everywhere", "LV", "LV"),
    ]
    assert compare(agreed(price=Decimal("0.010")), agreed(price=Decimal("0.01"))) == []
