"""Files of banks: what others write we read, what we write others read, what is harmful or wrong is refused whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from mockbank import accounts, outbox  # type: ignore[import-untyped]
from mockbank import credits as arriving
from mockbank.server import Config  # type: ignore[import-untyped]
from mockbank.state import State  # type: ignore[import-untyped]
from pyiso20022.camt.camt_053_001_08.camt_053_001_08 import Document as StatementDocument  # type: ignore[import-untyped]
from pyiso20022.pain.pain_001_001_09.pain_001_001_09 import Document as OrderDocument  # type: ignore[import-untyped]
from xsdata.formats.dataclass.parsers import XmlParser

from domain.banking import importing, pain001, reading, releasing
from domain.banking.camt053 import statements
from domain.banking.errors import (
    BankFileUnreadable,
    ForeignStatement,
    ReportUnknown,
    StatementDiffers,
    StatementNotChained,
    StatementUnbalanced,
)
from domain.banking.states import EntryOutcome, FileKind, PaymentState
from domain.settlement import queries as settlement
from domain.settlement.models import CycleState
from domain.storage import Database
from hansa.journey.bank import NEW, OLD, Told, told
from tests.domain.banking.paying import BERT, Booked, Paying, an_instructed_cycle

ENVELOPE = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>{}</BkToCstmrStmt></Document>'
)


async def order_of(paying: Paying) -> bytes:
    """What the operator's bank is told to pay."""
    (made,) = await paying.do(releasing.release, paying.cycle.cycle_id, by=BERT, now=paying.now)
    content: bytes = made.content
    return content


async def test_others_classes_read_our_orders(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    payment = (await paying.payments())["R"]
    read: Any = XmlParser().from_bytes(await order_of(paying), OrderDocument)
    header, (batch,) = read.cstmr_cdt_trf_initn.grp_hdr, read.cstmr_cdt_trf_initn.pmt_inf
    assert (header.nb_of_txs, header.ctrl_sum) == ("1", Decimal("17.00"))
    assert str(batch.reqd_exctn_dt.dt) == str(payment.due_on)
    assert batch.dbtr_acct.id.iban == paying.ibans[""]
    (transfer,) = batch.cdt_trf_tx_inf
    assert transfer.pmt_id.end_to_end_id == payment.reference
    assert transfer.amt.instd_amt.value == Decimal("17.00")
    assert transfer.cdtr_acct.id.iban == paying.ibans["R"]
    assert transfer.cdtr.pstl_adr.adr_line == []
    assert (transfer.cdtr.pstl_adr.twn_nm, transfer.cdtr.pstl_adr.ctry) == ("Riga", "LV")
    assert transfer.rmt_inf.strd[0].cdtr_ref_inf.ref == payment.reference


@pytest.mark.parametrize("version", [OLD, NEW])
def test_others_classes_read_the_statements_that_we_try_with(version: str) -> None:
    booked = [
        Booked(amount=Decimal("1.00"), on=date(2026, 12, 1), reference="X", name="P", iban="LV80BANK0000435195001")
    ]
    content = told(
        Told(
            iban="LV80BANK0000435195001",
            currency="EUR",
            name="S",
            sequence=1,
            opening=Decimal(0),
            on=date(2026, 12, 1),
            booked=booked,
            version=version,
        )
    )
    if version == NEW:
        read: Any = XmlParser().from_bytes(content, StatementDocument)
        assert read.bk_to_cstmr_stmt.stmt[0].ntry[0].amt.value == Decimal("1.00")
    (ours,) = statements(content)
    assert (ours.entries[0].end_to_end_id, ours.entries[0].party_name) == ("X", "P")


@contextmanager
def a_bank(paying: Paying) -> Iterator[State]:
    """Somebody else's bank, with the operator's account."""
    state = State(Config(quiet=True, clock=paying.now.strftime("%Y-%m-%dT09:00")))
    account = {"iban": paying.ibans[""], "bic": "HABALV22", "currency": "EUR", "balance": 1_000_000}
    accounts.create(state.conn, "HANSA", {"name": "Operator AS", **account})
    try:
        yield state
    finally:
        state.close()


def sent(state: State, kind: str, about: str) -> list[bytes]:
    """The messages of a kind that the bank has sent, those that name an account or an order."""
    state.release()
    bodies = [row["body"] for row in outbox.collect(state.conn, state.now(), kind=kind)]
    return [body.encode() for body in bodies if about in body]


async def test_another_bank_carries_our_orders_out_and_we_read_what_it_says(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    content, payments = await order_of(paying), await paying.payments()
    with a_bank(paying) as bank:
        answer, decision, findings = bank.receive(content)
        assert [finding for finding in findings if finding.severity == "error"] == []
        assert not decision.rejected_outright, answer
        (report,) = sent(bank, "pain.002", "HANSA-")
        done = await paying.bring_in(report)
        assert (done.kind, done.accepted, done.rejected) == (FileKind.PAIN_002, 1, 0)
        for letter, note in (("P", "For the points {} thank you"), ("Q", "{}")):
            reference, minor = payments[letter].reference, int(payments[letter].amount * 100)
            credit = {"account": "HANSA", "amount": minor, "note": note.format(reference.lower())}
            debtor = {"name": f"{letter} SIA", "iban": paying.ibans[letter]}
            arriving.create(bank.conn, bank.clock, bank.now(), {**credit, "debtor": debtor})
        bank.clock.advance(to=date(2026, 12, 2))
        for statement in sent(bank, "camt.053", paying.ibans[""]):
            await paying.bring_in(statement)
    assert {who: one.state for who, one in (await paying.payments()).items()} == {"P": "PAID", "Q": "PAID", "R": "PAID"}
    assert (await paying.do(settlement.cycle_named, paying.cycle.name)).state == CycleState.SETTLED


async def test_an_order_that_the_bank_rejects_is_open_again(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    content = await order_of(paying)
    payment = (await paying.payments())["R"]
    about = content.decode().partition("<MsgId>")[2].partition("</MsgId>")[0]
    report = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-11-17T10:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{about}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        "<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>1</OrgnlPmtInfId><TxInfAndSts>"
        f"<OrgnlEndToEndId>{payment.reference}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></StsRsnInf>"
        "</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()
    for known in (False, True):
        assert (await paying.bring_in(report)).known is known
    payment = (await paying.payments())["R"]
    assert (payment.state, payment.reason) == (PaymentState.RETURNED, "AC04 account closed")
    with pytest.raises(ReportUnknown):
        await paying.bring_in(report.replace(about.encode(), b"HANSA-NEVER"))


async def test_a_statement_is_taken_in_once(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    reference = (await paying.payments())["P"].reference
    content = paying.statement(Booked(amount=Decimal("20.00"), on=paying.today, reference=reference))
    assert not (await paying.bring_in(content)).known
    assert (await paying.bring_in(content)).known
    wrapped = content.replace(b"<CreDtTm>2026", b"<CreDtTm>2025")
    again = await paying.bring_in(wrapped)
    assert (again.known, again.statements, again.duplicates) == (False, [], ["S-1"])
    assert len(await paying.entries()) == 1
    with pytest.raises(StatementDiffers):
        await paying.bring_in(content.replace(b"NOTPROVIDED", b"X").replace(reference.encode(), b"RF999"))


async def test_a_statement_that_does_not_add_up_is_refused_whole(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    entry = Booked(amount=Decimal("20.00"), on=paying.today, reference=(await paying.payments())["P"].reference)
    with pytest.raises(StatementUnbalanced, match=r"0\.01 is missing"):
        await paying.booked(entry, closing=paying.balance + Decimal("19.99"))
    assert await paying.entries() == []
    assert (await paying.payments())["P"].paid == 0


async def test_balances_chain_and_gaps_are_named(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    fee = Booked(amount=Decimal("-1.00"), on=paying.today, words="fee", code=("ACMT", "MDOP", "CHRG"))
    await paying.booked(fee)
    with pytest.raises(StatementNotChained):
        await paying.bring_in(paying.statement(fee, opening=Decimal("5.00")))
    paying.sequence, paying.balance = 1, Decimal("9999.00")
    second, third, fourth = paying.statement(fee), paying.statement(fee), paying.statement(fee)
    done = await paying.bring_in(fourth)
    assert [(gap.after, gap.before, gap.missing) for gap in done.gaps] == [("S-1", "S-4", (2, 3))]
    assert [gap.missing for gap in (await paying.bring_in(third)).gaps] == [(2,)]
    assert (await paying.bring_in(second)).gaps == []


async def test_a_statement_of_another_account_or_currency_is_refused(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    for changes in ({"iban": paying.ibans["P"]}, {"currency": "USD"}):
        with pytest.raises(ForeignStatement):
            await paying.booked(Booked(amount=Decimal("1.00"), on=paying.today), **changes)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<Document/>",
        b"\xff\xfe\x00",
        ENVELOPE.format("").encode(),
        ENVELOPE.format("<Stmt><Id>1</Id></Stmt>").encode(),
        ENVELOPE.replace("camt.053", "camt.054").format("").encode(),
        f'<!DOCTYPE Document [<!ENTITY l0 "ha">{LAUGHS}]>{ENVELOPE.format("&l9;")}'.encode(),
        f'<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>{ENVELOPE.format("&x;")}'.encode(),
        f'<!DOCTYPE Document SYSTEM "http://1.1.1.1/x.dtd">{ENVELOPE.format("")}'.encode(),
        ENVELOPE.format("<Stmt>" * 60 + "</Stmt>" * 60).encode(),
        ENVELOPE.format("<Stmt><Id>1</Id><Bal><Amt Ccy='EUR'>1e9</Amt></Bal></Stmt>").encode(),
        ENVELOPE.format("<Stmt><Id>1</Id><Bal><Amt Ccy='EUR'>NaN</Amt></Bal></Stmt>").encode(),
        ENVELOPE.format("<Stmt><Id>1</Id>").encode(),
        b" " * (reading.LARGEST_FILE + 1),
    ],
    ids=lambda content: repr(content[:30]),
)
async def test_what_is_no_statement_or_would_do_harm_is_refused(database: Database, content: bytes) -> None:
    paying = await an_instructed_cycle(database)
    with pytest.raises(BankFileUnreadable):
        await paying.do(importing.bring_in, content, by=None, now=paying.now)


def test_a_long_statement_is_read_entry_by_entry() -> None:
    booked = [Booked(amount=Decimal("0.01"), on=date(2026, 12, 1), reference=f"X{n}") for n in range(3_000)]
    content = told(
        Told(
            iban="LV80BANK0000435195001",
            currency="EUR",
            name="S",
            sequence=1,
            opening=Decimal(0),
            on=date(2026, 12, 1),
            booked=booked,
        )
    )
    sizes = [len(list(element.iter())) for name, element in reading.elements(content, "BkToCstmrStmt/Stmt") if name]
    assert len(sizes) > 3_000
    assert max(sizes) < 40
    (read,) = statements(content)
    assert read.closing == Decimal("30.00")


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("SIA “Ābeļu dārzs” & dēli", "SIA Abelu darzs + deli"),
        ("Търговище ООД", "Targovishte OOD"),
        ("Äiti Öljy Oy", "Aiti Oljy Oy"),
        ("/slashes//", "slashes"),
        ("a\tb\n c", "a b c"),
    ],
)
def test_names_are_written_in_the_letters_of_every_bank(words: str, written: str) -> None:
    assert pain001.plain(words, 70) == written


async def test_a_statement_that_comes_in_twice_at_once_is_taken_in_once(database: Database) -> None:
    paying = await an_instructed_cycle(database)
    reference = (await paying.payments())["P"].reference
    content = paying.statement(Booked(amount=Decimal("15.00"), on=paying.today, reference=reference))
    done = await asyncio.gather(*(paying.bring_in(content) for _ in range(4)))
    assert sorted(one.known for one in done) == [False, True, True, True]
    assert (await paying.payments())["P"].paid == Decimal("15.00")
    assert [entry.outcome for entry in await paying.entries()] == [EntryOutcome.MATCHED]
