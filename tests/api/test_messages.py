"""Messages over HTTP: an inbox in one's own language, preferences, partners' own words, and who sees what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from domain.coalition.models import PartnerRole
from domain.members.recognition import KnownMember
from domain.storage import Database
from hansa.service import Service
from partners.scopes import MEMBER_SCOPES, PersonRole, scopes_of_roles
from partners.viewer import Audience, Viewer
from resolvers import messages
from resolvers.context import Context
from schema.execution import Engine
from schema.root import product
from tests.builders.coalition import a_partner
from tests.builders.graphql import KEYS, Tokens, application
from tests.domain.messages.builders import Post, a_post

ENGINE = Engine(product())
INBOX = """query($unread: Boolean = false, $language: String, $after: String) {
    myMessages(first: 2, after: $after, unread: $unread, language: $language) {
        nodes { id topic subject lead facts { label value } closing text language readAt occurredAt partner { slug } }
        pageInfo { endCursor hasNextPage } } myMessagesUnread }"""
MARK = """mutation($input: MessageMarkReadInput!) {
    done: messageMarkRead(input: $input) { message { readAt } userErrors { code path } } }"""
ALL = "mutation { done: messagesMarkAllRead(input: {}) { marked userErrors { code } } }"
PREFERENCES = "{ digest quietFrom quietUntil timeZone language ways { topic marketing inbox mail } }"
WANTS = f"query {{ messagePreferences {PREFERENCES} }}"
PREFER = f"""mutation($input: MessagePreferencesSetInput!) {{ done: messagePreferencesSet(input: $input) {{
    preferences {PREFERENCES} userErrors {{ code path message }} }} }}"""
TEMPLATE = """mutation($input: MessageTemplateSetInput!) { done: messageTemplateSet(input: $input) {
    template { topic language subject text } userErrors { code path message } } }"""
REMOVE = """mutation($input: MessageTemplateRemoveInput!) {
    done: messageTemplateRemove(input: $input) { userErrors { code } } }"""
TEMPLATES = "{ messageTemplates { topic language subject } }"
PREVIEW = """query($subject: String, $text: String, $language: String! = "en") {
    messageTemplatePreview(topic: REWARD_IN_REACH, language: $language, subject: $subject, text: $text) {
        subject text } }"""
STAFF = "{ partnerMessages(first: 10) { nodes { topic subject facts { label value } } } }"


class Api:
    """A member, marketing and finance of its shop, and another shop, on HTTP."""

    def __init__(self, post: Post, who: KnownMember, http: httpx.AsyncClient) -> None:
        self.post, self.who, self.http = post, who, http

    async def send(self, viewer: str, document: str, /, **variables: Any) -> Any:
        """The whole answer."""
        body = {"query": document, "variables": variables}
        return (await self.http.post("/graphql", json=body, headers={"authorization": f"Bearer {viewer}"})).json()

    async def ask(self, viewer: str, document: str, /, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.send(viewer, document, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def do(self, viewer: str, document: str, /, **given: Any) -> Any:
        """What became of a step."""
        return (await self.ask(viewer, document, input=given))["done"]


@pytest.fixture
async def api(database: Database, database_url: str) -> AsyncIterator[Api]:
    """A member that has earned something."""
    async with a_post(database, database_url) as post:
        who = await post.member(mail=False)
        await post.books.earn(who, 21)
        await post.tell()
        other = await a_partner(database, "birch", PartnerRole.RETAILER)

        def member(known: KnownMember) -> Viewer:
            return Viewer(
                audience=Audience.MEMBER,
                scopes=MEMBER_SCOPES,
                member_id=known.member_id,  # type: ignore[arg-type]
                wallet_id=known.wallet_id,  # type: ignore[arg-type]
            )

        def person(partner_id: Any, *roles: PersonRole) -> Viewer:
            return Viewer(audience=Audience.PARTNER, scopes=scopes_of_roles(roles), partner_id=partner_id)

        shop = post.books.shop.partner_id
        viewers: Mapping[str, Viewer] = {
            "member": member(who),
            "stranger": member(await post.member(mail=False)),
            "marketing": person(shop, PersonRole.PARTNER_MARKETING),
            "finance": person(shop, PersonRole.PARTNER_FINANCE),
            "birch": person(other.partner_id, PersonRole.PARTNER_MARKETING, PersonRole.PARTNER_FINANCE),
        }

        async def context(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001 - as Service declares it
            clock = lambda: post.now  # noqa: E731 - a clock
            return Context(viewer=viewer, database=database, clock=clock, keys=KEYS, snapshots=snapshots)

        tokens = Tokens(dict(viewers))
        service = Service(
            engine=ENGINE,
            viewer_of=tokens.viewer_of,
            still_stands=tokens.still_stands,
            context_of=context,
            challenge='Bearer realm="test"',
        )
        transport = httpx.ASGITransport(application(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield Api(post, who, http)


async def test_a_member_reads_its_inbox_in_its_own_language_and_marks_it(api: Api) -> None:
    found = await api.ask("member", INBOX)
    assert found["myMessagesUnread"] == 2
    first, second = found["myMessages"]["nodes"]
    assert {first["topic"], second["topic"]} == {"WELCOME", "POINTS_EARNED"}
    earned = first if first["topic"] == "POINTS_EARNED" else second
    assert earned["subject"] == "Jūs nopelnījāt 21 punktu"
    assert earned["facts"] == [{"label": "Kur", "value": api.post.books.shop.name}]
    assert (earned["language"], earned["readAt"]) == ("lv", None)
    assert earned["partner"]["slug"] == "shop"
    english = (await api.ask("member", INBOX, language="en"))["myMessages"]["nodes"]
    assert "You earned 21 points" in {one["subject"] for one in english}
    done = await api.do("member", MARK, message=earned["id"])
    assert done["message"]["readAt"] is not None
    left = await api.ask("member", INBOX, unread=True)
    assert [one["topic"] for one in left["myMessages"]["nodes"]] == ["WELCOME"]
    assert (await api.ask("member", ALL))["done"]["marked"] == 1
    assert (await api.ask("member", INBOX))["myMessagesUnread"] == 0


async def test_pages_follow_each_other(api: Api) -> None:
    for points in (1, 2, 3):
        await api.post.books.earn(api.who, points)
    await api.post.tell()
    seen, after = [], None
    while True:
        page = (await api.ask("member", INBOX, after=after))["myMessages"]
        seen += [one["id"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 5


async def test_nobody_reads_another_inbox(api: Api) -> None:
    [one, _] = (await api.ask("member", INBOX))["myMessages"]["nodes"]
    assert [told["topic"] for told in (await api.ask("stranger", INBOX))["myMessages"]["nodes"]] == []
    done = await api.do("stranger", MARK, message=one["id"])
    assert done["userErrors"][0]["code"] in {"MESSAGE_NOT_FOUND", "NOT_FOUND", "INVALID_ID", "INVALID_VALUE"}
    for viewer in ("marketing", "finance"):
        answer = await api.send(viewer, INBOX)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_preferences_are_as_topics_have_them_until_a_member_says_otherwise(api: Api) -> None:
    wants = (await api.ask("member", WANTS))["messagePreferences"]
    assert (wants["digest"], wants["quietFrom"], wants["quietUntil"]) == (False, "21:00", "08:00")
    ways = {one["topic"]: one for one in wants["ways"]}
    assert (ways["POINTS_EARNED"]["mail"], ways["POINTS_EXPIRING"]["mail"]) == (False, True)
    assert [topic for topic, one in ways.items() if one["marketing"]] == [
        *("REWARD_IN_REACH", "VOUCHER_ENDING", "BIRTHDAY", "SURVEY", "ACTIVITY_INVITATION"),
    ]
    changed = await api.do(
        "member",
        PREFER,
        ways=[
            {"topic": "POINTS_EARNED", "inbox": False, "mail": True},
            {"topic": "BIRTHDAY", "inbox": False, "mail": False},
        ],
        quietFrom="22:30",
        timeZone="Europe/Helsinki",
        language="fi",
    )
    wants = changed["preferences"]
    ways = {one["topic"]: (one["inbox"], one["mail"]) for one in wants["ways"]}
    assert ways["POINTS_EARNED"] == (True, True), "what is one's own always reaches the inbox"
    assert ways["BIRTHDAY"] == (False, False)
    assert (wants["quietFrom"], wants["quietUntil"], wants["timeZone"]) == ("22:30", "08:00", "Europe/Helsinki")
    assert (await api.ask("member", INBOX))["myMessages"]["nodes"][0]["language"] == "fi"
    again = (await api.do("member", PREFER, digest=True))["preferences"]
    assert (again["digest"], again["quietFrom"], again["language"]) == (True, "22:30", "fi")
    for said, path in (
        ({"timeZone": "Riga"}, "timeZone"),
        ({"language": "de"}, "language"),
        ({"quietFrom": "25:00"}, "quietFrom"),
        ({"quietFrom": "08:00"}, "quiet"),
    ):
        refused = (await api.do("member", PREFER, **said))["userErrors"]
        assert refused[0]["path"] == ["input", path]


async def test_a_partner_puts_marketing_in_its_own_words(api: Api) -> None:
    own = {"topic": "REWARD_IN_REACH", "language": "en", "subject": "Yours: {reward}", "text": "Only {price} points."}
    assert (await api.do("marketing", TEMPLATE, **own))["template"]["subject"] == "Yours: {reward}"
    assert len((await api.ask("marketing", TEMPLATES))["messageTemplates"]) == 1
    assert (await api.ask("birch", TEMPLATES))["messageTemplates"] == []
    tried = await api.ask("marketing", PREVIEW, subject="Yours: {reward}", text="Only {price} points.")
    assert tried["messageTemplatePreview"] == {"subject": "Yours: A free breakfast", "text": "Only 300 points."}
    house = await api.ask("birch", PREVIEW, language="lv")
    assert house["messageTemplatePreview"]["subject"] == "Jums pietiek, lai saņemtu: Bezmaksas brokastis"
    for wrong, path in (({"text": "{points}"}, "text"), ({"topic": "POINTS_EARNED"}, "topic")):
        [refused] = (await api.do("marketing", TEMPLATE, **{**own, **wrong}))["userErrors"]
        assert (refused["code"], refused["path"]) == ("INVALID_TEMPLATE", ["input", path])
    await api.do("marketing", REMOVE, topic="REWARD_IN_REACH", language="en")
    assert (await api.ask("marketing", TEMPLATES))["messageTemplates"] == []
    assert (await api.send("finance", TEMPLATE, input=own))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_partners_people_are_told_what_their_scopes_let_them_see(api: Api) -> None:
    owner, shop = api.post.books.owner, api.post.books.shop.partner_id
    cycle = await owner.fetchval("SELECT cycle_id FROM cycle")
    for kind, detail in (("CYCLE_CHANGED", "PROPOSED"), ("CYCLE_CHANGED", "APPROVED"), ("ALLOWANCE_LOW", "PREPAID")):
        await owner.execute(
            "INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)"
            " VALUES ($1, $2, false, $3, $4, $5)",
            *(shop, kind, cycle, detail, api.post.now),
        )
    await api.post.tell()
    told = (await api.ask("finance", STAFF))["partnerMessages"]["nodes"]
    assert sorted(one["topic"] for one in told) == ["MEANS_LOW", "SETTLEMENT_READY"]
    assert (await api.ask("marketing", STAFF))["partnerMessages"]["nodes"] == []
    assert (await api.ask("birch", STAFF))["partnerMessages"]["nodes"] == []
    assert (await api.send("member", STAFF))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_whoever_waits_hears_of_each_change_of_what_is_unread(api: Api) -> None:
    viewer = Viewer(
        audience=Audience.MEMBER,
        scopes=MEMBER_SCOPES,
        member_id=api.who.member_id,  # type: ignore[arg-type]
        wallet_id=api.who.wallet_id,  # type: ignore[arg-type]
    )
    ctx = Context(viewer=viewer, database=api.post.database, clock=lambda: api.post.now, keys=KEYS, snapshots=False)
    stream = messages.unread_changes(ctx)
    assert await anext(stream) == 2
    await api.post.books.earn(api.who, 5)
    await api.post.tell()
    assert await anext(stream) == 3
    await api.ask("member", ALL)
    assert await anext(stream) == 0
    await stream.aclose()
