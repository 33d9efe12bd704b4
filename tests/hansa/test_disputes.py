"""`hansa dispute`: what finance does about disputes at the command line."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from domain.errors import Forbidden, InvalidValue
from domain.ids import PersonId
from domain.settlement.disputing import evidence
from domain.settlement.disputing.errors import DisputeNotFound, DisputeOutOfOrder, NotYourStep
from domain.settlement.disputing.models import DisputeReason
from domain.storage import Database
from hansa.commands.dispute.app import app
from partners.people import admitting
from partners.scopes import PersonRole
from tests.domain.settlement.disputing.arguing import PIA, Arguing, an_argument
from tests.domain.settlement.trading import NOON
from tests.hansa.test_settling import Desk
from tests.hansa.test_settling import Desk as SettleDesk

PREPARER, APPROVER = "preparer@hansa.example", "approver@hansa.example"


class DisputeDesk(Desk):
    """Runs `hansa dispute`."""

    app = app


@pytest.fixture
async def arguing(database: Database) -> Arguing:
    """A proposed cycle, and the people of the coalition."""
    arguing = await an_argument(database)
    for name, email, role in (
        ("Prue", PREPARER, PersonRole.COALITION_PREPARER),
        ("April", APPROVER, PersonRole.COALITION_APPROVER),
    ):
        person = admitting.AdmitPerson(name=name, email=email, roles=frozenset({role}))
        await arguing.trading.do(admitting.admit, person, now=NOON)
    return arguing


async def test_a_dispute_of_the_house_is_answered_and_decided(database_url: str, arguing: Arguing) -> None:
    desk = DisputeDesk(database_url)
    assert "Nothing is disputed" in await desk.shows("list")
    words = "the price is that of last year"
    dispute = await arguing.raised("R", await arguing.line("OR"), reason=DisputeReason.PRICE, words=words)
    which = dispute.dispute_id.hex[-8:]
    assert which in await desk.shows("list")
    answered = await desk.shows("answer", which, "--as", PREPARER, "--words", "see annex B", "--conceded", "0.10")
    assert "agrees to 0.10" in answered
    await desk.shows("escalate", which, "--as", PREPARER)
    assert isinstance(
        await desk.refuses("decide", which, "--as", PREPARER, "--upheld", "0", "--reasons", "no"), Forbidden
    )
    statement = await SettleDesk(database_url).shows("statement", "r")
    assert f"{dispute.amount} of it is disputed (1: hansa dispute list); provisional credit: 0.00" in statement
    shown = await desk.shows("decide", which, "--as", APPROVER, "--upheld", "0.25", "--reasons", "annex B is newer")
    for part in ("Upheld: EUR 0.25", "annex B is newer", words, "Prue", "April", "points spent"):
        assert part in shown
    told = await desk.says("show", which)
    assert (told["state"], told["decision"]["upheld"]) == ("DECIDED", "0.25")
    assert [step["step"] for step in told["steps"]] == ["RAISE", "ANSWER", "ESCALATE", "DECIDE"]
    assert (await desk.says("list"))["disputes"] == []
    assert len((await desk.says("list", "--all", "--cycle", arguing.cycle.name))["disputes"]) == 1


async def test_what_is_out_of_order_or_typed_wrong_is_refused_by_name(database_url: str, arguing: Arguing) -> None:
    desk = DisputeDesk(database_url)
    dispute = await arguing.raised()
    which = str(dispute.dispute_id)
    assert isinstance(await desk.refuses("answer", which, "--as", PREPARER, "--words", "no"), NotYourStep)
    verdict = ("--as", APPROVER, "--reasons", "no", "--upheld")
    assert isinstance(await desk.refuses("decide", which, *verdict, "0"), DisputeOutOfOrder)
    assert isinstance(await desk.refuses("decide", which, *verdict, "much"), InvalidValue)
    assert isinstance(await desk.refuses("show", "ffffffff"), DisputeNotFound)
    assert isinstance(await desk.refuses("show", "%"), InvalidValue)
    assert " late" in await desk.shows("list", "--overdue"), "by the real time, it was raised long ago"


def contents(folder: Path) -> list[bytes]:
    """What stands in the files of a folder."""
    return [path.read_bytes() for path in folder.iterdir()]


async def test_the_files_of_a_dispute_are_saved_as_they_were_sent(
    database_url: str, arguing: Arguing, tmp_path: Path
) -> None:
    dispute = await arguing.raised()
    file = evidence.AddEvidence(
        dispute_id=dispute.dispute_id,
        partner_id=arguing.partner_id("P"),
        person_id=PersonId(PIA),
        name="receipt.txt",
        media_type="text/plain",
        content=b"two loaves",
    )
    await arguing.do("P", evidence.add, file, now=arguing.trading.now)
    await arguing.noted(dispute)
    desk = DisputeDesk(database_url)
    (saved,) = (await desk.says("evidence", dispute.dispute_id.hex, "--out", str(tmp_path)))["files"]
    assert contents(tmp_path) == [b"two loaves"]
    assert saved["sha256"] == sha256(b"two loaves").hexdigest()
    assert "receipt.txt" in await desk.shows("show", dispute.dispute_id.hex)
