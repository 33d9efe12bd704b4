"""Signing in by a code that is mailed: who gets one, what it opens, and that nobody learns whose address is known."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from domain.ids import MemberId
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from partners.mail import Mail, Post
from partners.sign_in.mail_pages import FOR_ACCOUNT, FROM_ADDRESS
from partners.sign_in.mailed_codes import TRIES
from partners.sign_in.sessions import Subject
from tests.builders.pages import Page, Reader
from tests.partners.conftest import ISSUER, KeptMail, Place
from tests.partners.test_sign_in import a_person, signed_in

MARTA = "marta@example.org"
ASK, TRY = "/sign-in/mail", "/sign-in/code"


async def a_member(place: Place, email: str = MARTA) -> MemberId:
    """A member who gave an e-mail address."""
    command = EnrolMember(partner_id=place.kvass, idempotency_key=email, identifiers=(Identifier.email(email),))
    keys = MemberKeys(place.access.keys.lookups, place.access.keys.personal_data)
    enrolled = await enrol(place.database.pool, command, keys=keys, now=place.clock())
    return MemberId(enrolled.member.member_id)


def reader(place: Place) -> Reader:
    """Somebody in front of the place's browser."""
    return Reader(place.browser, ISSUER)


@asynccontextmanager
async def another_reader(place: Place) -> AsyncIterator[Reader]:
    """Somebody in front of another browser."""
    async with httpx.AsyncClient(transport=place.browser._transport, base_url=ISSUER) as browser:
        yield Reader(browser, ISSUER)


async def asked(who: Reader, email: str = MARTA, path: str = "/sign-in") -> Page:
    """The page on which the code is typed."""
    page = await who.open(path)
    return await who.send(page.form(ASK), email=email)


async def mailed(place: Place) -> str:
    """The code of the newest mail."""
    await place.access.post.sent()
    [code] = re.findall(r"^.*?(\d{4} \d{4})", place.mails[-1].text, re.MULTILINE)
    return str(code)


async def viewer(place: Place, browser: httpx.AsyncClient | None = None) -> dict[str, str]:
    """Whom the API takes the browser for."""
    browser = browser or place.browser
    session = (await browser.get("/bff/session")).json()
    if "csrfToken" not in session:
        return {"audience": "NOBODY"}
    headers = {"Origin": ISSUER, "X-CSRF-Token": session["csrfToken"]}
    answer: dict[str, str] = (await browser.post("/graphql", headers=headers)).json()
    return answer


async def test_a_member_signs_in_by_a_mailed_code(place: Place) -> None:
    member_id = await a_member(place)
    page = await asked(reader(place), "  Marta@Example.org ")
    assert MARTA in page.text
    arrived = await reader(place).send(page.form(TRY), code=await mailed(place))
    assert str(arrived.answer.url) == f"{ISSUER}/account"
    assert (await viewer(place))["member"] == str(member_id)
    assert place.mails[-1].to == MARTA


async def test_a_known_and_an_unknown_address_are_answered_alike_to_the_letter(
    place: Place, owner: asyncpg.Connection
) -> None:
    await a_member(place)
    pages = []
    for email in (MARTA, "petra@example.org"):
        async with another_reader(place) as stranger:
            form = (await stranger.open("/sign-in")).form(ASK)
            sent = await stranger.send(form, email=email, follow=False)
            page = await stranger.open(TRY)
            wrong = await stranger.send(page.form(TRY), code="00000000")
            token = form.fields["form_token"]
            said = (sent.answer.status_code, sent.answer.headers["location"], page.answer.text, wrong.answer.text)
            pages.append([str(one).replace(email, "X").replace(token, "T") for one in said])
    assert pages[0] == pages[1]
    assert await owner.fetchval("SELECT count(*) FROM mailed_code") == 2
    await place.access.post.sent()
    assert [mail.to for mail in place.mails] == [MARTA]


async def test_the_answer_does_not_wait_for_the_mail(place: Place) -> None:
    """A mail server that never answers holds up the mail and nothing else."""
    await a_member(place)
    begun = asyncio.Event()

    class Never(KeptMail):
        async def send(self, mail: Mail) -> None:
            await super().send(mail)
            begun.set()
            await asyncio.Event().wait()

    place.access.post._mailer = Never()
    page = await asyncio.wait_for(asked(reader(place)), 5)
    assert page.answer.status_code == 200
    await asyncio.wait_for(begun.wait(), 5)
    await asyncio.wait_for(place.access.post.aclose(), 5)


async def test_a_mail_that_cannot_be_sent_is_logged_without_its_reader_or_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(KeptMail):
        async def send(self, mail: Mail) -> None:
            await super().send(mail)
            raise OSError("the server is away")

    post = Post(Broken())
    post.soon(Mail(to=MARTA, subject="12345678", text="12345678"))
    await post.sent()
    assert "the server is away" in caplog.text
    assert MARTA not in caplog.text
    assert "12345678" not in caplog.text


async def test_a_code_works_in_the_browser_that_asked_and_in_no_other(place: Place) -> None:
    await a_member(place)
    page = await asked(reader(place))
    code = await mailed(place)
    async with another_reader(place) as stranger:
        theirs = await asked(stranger, "petra@example.org")
        refused = await stranger.send(theirs.form(TRY), code=code)
        assert refused.answer.status_code == 400
        assert (await viewer(place, stranger.browser))["audience"] == "NOBODY"
    await reader(place).send(page.form(TRY), code=code)
    assert (await viewer(place))["audience"] == "MEMBER"


async def test_a_code_works_once_even_for_four_at_once(place: Place) -> None:
    await a_member(place)
    page = await asked(reader(place))
    code = await mailed(place)
    form = page.form(TRY)
    sent = [reader(place).send(form, follow=False, code=code) for _ in range(4)]
    locations = [one.answer.headers.get("location") for one in await asyncio.gather(*sent)]
    assert locations.count("/account") == 1


async def test_a_code_bears_five_tries(place: Place) -> None:
    await a_member(place)
    page = await asked(reader(place))
    code = (await mailed(place)).replace(" ", "")
    wrong = f"{(int(code) + 1) % 10**8:08}"
    said = []
    for _ in range(TRIES):
        page = await reader(place).send(page.form(TRY), code=wrong)
        said.append(page.text)
    assert "You have 4 tries left." in said[0]
    assert "You have 1 try left." in said[3]
    assert "does not work any more" in said[4]
    page = await reader(place).send(page.form(TRY), code=code)
    assert "does not work any more" in page.text
    assert (await viewer(place))["audience"] == "NOBODY"


async def test_a_code_lasts_ten_minutes(place: Place) -> None:
    await a_member(place)
    page = await asked(reader(place))
    code = await mailed(place)
    place.clock.advance(minutes=10, seconds=1)
    page = await reader(place).send(page.form(TRY), code=code)
    assert page.form(ASK).fields["form_token"]
    assert (await viewer(place))["audience"] == "NOBODY"


async def test_another_code_ends_the_one_before(place: Place) -> None:
    await a_member(place)
    page = await asked(reader(place))
    first = await mailed(place)
    page = await reader(place).send(page.form(ASK))
    second = await mailed(place)
    if first != second:
        refused = await reader(place).send(page.form(TRY), code=first)
        assert refused.answer.status_code == 400
    await reader(place).send(page.form(TRY), code=second)
    assert (await viewer(place))["audience"] == "MEMBER"


@pytest.mark.parametrize(
    "code", ["", "1234567", "123456789", "abcdefgh", "１２３４５６７８", "1234 567", "12345678\x00"]
)
async def test_what_cannot_be_a_code_costs_no_try(place: Place, owner: asyncpg.Connection, code: str) -> None:
    await a_member(place)
    page = await asked(reader(place))
    refused = await reader(place).send(page.form(TRY), code=code)
    assert refused.answer.status_code == 400
    assert "eight digits" in refused.text
    assert await owner.fetchval("SELECT tries FROM mailed_code") == 0


@pytest.mark.parametrize("email", ["", "marta", "marta@", "a b@example.org", "x" * 400 + "@example.org", "a@b\x00.org"])
async def test_what_is_no_address_is_said_at_once_and_beside_its_field(place: Place, email: str) -> None:
    page = await asked(reader(place), email)
    assert page.answer.status_code == 400
    assert 'aria-invalid="true" aria-describedby="email-trouble"' in page.answer.text
    assert "This is not an e-mail address." in page.text


async def test_a_code_goes_to_the_address_that_is_known_and_not_to_one_that_only_looks_like_it(place: Place) -> None:
    """Letters that fold alike are one member's address here and may be another mailbox elsewhere."""
    await a_member(place, "strasse@example.org")
    await asked(reader(place), "Straße@example.org")
    await mailed(place)
    assert place.mails[-1].to == "strasse@example.org"


async def test_a_member_is_not_mailed_without_end(place: Place) -> None:
    await a_member(place)
    for _ in range(FOR_ACCOUNT.amount):
        page = await asked(reader(place))
        assert page.answer.status_code == 200
    page = await asked(reader(place))
    assert page.answer.status_code == 429
    assert int(page.answer.headers["retry-after"]) > 0
    assert "Try again in" in page.text
    await place.access.post.sent()
    assert len(place.mails) == FOR_ACCOUNT.amount


async def test_an_unknown_address_is_counted_like_a_known_one(place: Place) -> None:
    for _ in range(FOR_ACCOUNT.amount):
        await asked(reader(place), "petra@example.org")
    assert (await asked(reader(place), "petra@example.org")).answer.status_code == 429


async def test_one_address_of_the_network_cannot_ask_for_everybody(place: Place) -> None:
    statuses = [
        (await asked(reader(place), f"member{number}@example.org")).answer.status_code
        for number in range(FROM_ADDRESS.amount + 1)
    ]
    assert statuses[-1] == 429
    assert set(statuses[:-1]) == {200}


async def test_codes_are_kept_as_hashes_and_addresses_sealed(place: Place, owner: asyncpg.Connection) -> None:
    await a_member(place)
    await asked(reader(place))
    code = (await mailed(place)).replace(" ", "")
    kept = str(await owner.fetchrow("SELECT * FROM mailed_code"))
    assert MARTA not in kept
    assert code not in kept


async def test_a_member_lands_where_they_wanted_to_go(place: Place) -> None:
    await a_member(place)
    page = await asked(reader(place), path="/sign-in?landing=/app/%3Fx=1")
    sent = await reader(place).send(page.form(TRY), follow=False, code=await mailed(place))
    assert sent.answer.headers["location"] == "/app/?x=1"


@pytest.mark.parametrize("landing", ["https://evil.example", "//evil.example", "/\\evil.example", "/%0d%0ax", "app"])
async def test_nobody_lands_on_another_site(place: Place, landing: str) -> None:
    await a_member(place)
    page = await asked(reader(place), path=f"/sign-in?landing={landing}")
    sent = await reader(place).send(page.form(TRY), follow=False, code=await mailed(place), landing=landing)
    assert sent.answer.headers["location"] == "/account"


async def test_a_member_proves_once_more_who_they_are_and_keeps_the_session(place: Place) -> None:
    member_id = await a_member(place)
    await signed_in(place, Subject(member_id=member_id))
    place.clock.advance(minutes=6)
    before = (await place.browser.get("/bff/session")).json()
    page = await asked(reader(place), path="/sign-in?fresh=1&landing=/app/")
    sent = await reader(place).send(page.form(TRY), follow=False, code=await mailed(place))
    after = (await place.browser.get("/bff/session")).json()
    assert sent.answer.headers["location"] == "/app/"
    assert after["csrfToken"] == before["csrfToken"]
    assert after["freshAt"] > before["freshAt"]
    assert after["expiresAt"] == before["expiresAt"]


async def test_nobody_proves_somebody_else_fresh(place: Place) -> None:
    await a_member(place)
    person = await a_person(place)
    await signed_in(place, Subject(person_id=person.person_id))
    before = (await place.browser.get("/bff/session")).json()
    page = await reader(place).open("/sign-in")
    page = await reader(place).send(page.form(ASK), email=MARTA, fresh="1")
    page = await reader(place).send(page.form(TRY), code=await mailed(place))
    assert page.answer.status_code == 400
    assert "somebody else" in page.text
    assert (await place.browser.get("/bff/session")).json() == before


async def test_a_session_says_how_and_on_what_it_was_opened(place: Place, owner: asyncpg.Connection) -> None:
    await a_member(place)
    place.browser.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    page = await asked(reader(place))
    await reader(place).send(page.form(TRY), code=await mailed(place))
    row = await owner.fetchrow("SELECT methods, device FROM browser_session")
    assert row is not None
    assert (row["methods"], row["device"]) == (["otp"], "Firefox/Linux")
