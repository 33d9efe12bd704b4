"""A partner's programs: their secrets and keys, how much they may hold, and members to try them out with."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import ECKey

from tests.builders.houses import CHANGE, CLIENTS, CREATE, INVITE, REVOKE, ROTATE, TRY_OUT, House, a_key, jwk


async def test_four_rotations_at_once_follow_each_other(house: House) -> None:
    """As if one came after the other: the last secret and the one before it are good, and the trail has all four."""
    _, admin = await house.partner("kvass")
    made = await admin.do(CREATE, name="Till", scopes=["purchases:read"])
    client = made["client"]
    said = await asyncio.gather(
        *(admin.do(ROTATE, client=client["id"], graceHours=1) for _ in range(4)),
    )
    secrets = [made["secret"], *(one["secret"] for one in said)]
    browser = await house.browser()
    good = [
        (
            await browser.http.post(
                "/oauth/token", data={"grant_type": "client_credentials"}, headers=_basic(client, secret)
            )
        )
        for secret in secrets
    ]
    assert sorted(answer.status_code for answer in good) == [200, 200, 401, 401, 401]
    assert good[0].status_code == 401, "the first is long gone"
    actions = [line["action"] for line in await house.trail(admin, subject=client["id"])]
    assert actions == ["CLIENT_CREATED", *["CLIENT_ROTATED"] * 4]


def _basic(client: dict[str, Any], secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client['clientId']}:{secret}".encode()).decode()}


async def test_a_program_gives_no_more_than_it_has(house: House) -> None:
    """A client that manages clients cannot make, change or take over one that may do more."""
    _, admin = await house.partner("kvass")
    strong = await admin.do(CREATE, name="Till", scopes=["purchases:write"])
    made = await admin.do(CREATE, name="Robot", scopes=["clients:manage", "purchases:read"])
    browser = await house.browser()
    form = {"grant_type": "client_credentials"}
    token = (await browser.http.post("/oauth/token", data=form, headers=_basic(made["client"], made["secret"]))).json()

    async def said(text: str, **values: Any) -> Any:
        (payload,) = (await house.bearer(token["access_token"], text, input=values)).json()["data"].values()
        return [error["code"] for error in payload["userErrors"]]

    assert await said(CREATE, name="Reader", scopes=["purchases:read"]) == []
    assert await said(CREATE, name="Writer", scopes=["purchases:write"]) == ["SCOPE_ABOVE_CEILING"]
    assert await said(CHANGE, client=strong["client"]["id"], name="Mine") == ["SCOPE_ABOVE_CEILING"]
    assert await said(ROTATE, client=strong["client"]["id"]) == ["SCOPE_ABOVE_CEILING"]
    assert await said(ROTATE, client=made["client"]["id"], graceHours=1) == [], "its own secret it may change"
    assert await said(REVOKE, client=strong["client"]["id"]) == []
    refused = await house.bearer(
        token["access_token"], INVITE, input={"name": "x", "email": "x@x.example", "roles": []}
    )
    assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@dataclass
class Published:
    """A client's key set on its own site."""

    keys: list[dict[str, Any]]
    port: int = 0
    asked: int = 0
    says: bytes | None = None

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer with the keys as they are."""
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        body = json.dumps({"keys": self.keys}).encode() if self.says is None else self.says
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def published(*keys: ECKey) -> AsyncIterator[Published]:
    """A site that serves these keys."""
    site = Published([jwk(key) for key in keys])
    listening = await asyncio.start_server(site.meet, "127.0.0.1", 0)
    site.port = listening.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        listening.close()


async def test_keys_are_fetched_where_a_client_publishes_them(house: House) -> None:
    _, admin = await house.partner("kvass")
    key, new = a_key(), a_key()
    async with published(key) as site:
        url = f"http://127.0.0.1:{site.port}/jwks"
        made = await admin.do(CREATE, name="Shop", scopes=["purchases:read"], keySetUrl=url)
        client_id = made["client"]["clientId"]
        for _ in range(50):
            (client,) = (await admin.ask(CLIENTS))["clients"]["nodes"]
            if client["keySetFetchedAt"]:
                break
            await asyncio.sleep(0.1)
        assert (client["keySetFailure"], site.asked) == (None, 1)
        assert (await house.token(client_id, key)).status_code == 200
        assert site.asked == 1, "a key that is known is not asked for"

        site.keys = [jwk(new)]
        assert (await house.token(client_id, new)).status_code == 401, "asked a moment ago"
        assert site.asked == 1
        await house.owner.execute("UPDATE client SET jwks_tried_at = jwks_tried_at - interval '2 minutes'")
        said = await asyncio.gather(*(house.token(client_id, new) for _ in range(4)))
        assert site.asked == 2, "four that ask at once ask once"
        assert 200 in {one.status_code for one in said}
        assert (await house.token(client_id, new)).status_code == 200
        assert (await house.token(client_id, key)).status_code == 401

        site.says = b"<html>"
        await house.owner.execute("UPDATE client SET jwks_tried_at = jwks_tried_at - interval '2 minutes'")
        assert (await house.token(client_id, a_key())).status_code == 401
        (client,) = (await admin.ask(CLIENTS))["clients"]["nodes"]
        assert client["keySetFailure"] == "the answer is not JSON"
        assert (await house.token(client_id, new)).status_code == 200, "the last good keys still count"


async def test_members_to_try_things_out_with_are_made_and_sign_in(house: House) -> None:
    _, admin = await house.partner("kvass")
    made = await admin.do(CREATE, name="Shop", scopes=["members:enrol", "members:lookup"])
    browser = await house.browser()
    form = {"grant_type": "client_credentials"}
    token = (await browser.http.post("/oauth/token", data=form, headers=_basic(made["client"], made["secret"]))).json()

    async def members(count: int) -> Any:
        given = {"idempotencyKey": "to-try-things-out", "count": count}
        answer = (await house.bearer(token["access_token"], TRY_OUT, input=given)).json()
        assert "errors" not in answer, answer
        return answer["data"]["testMembersCreate"]

    first, again = (await members(3))["members"], (await members(3))["members"]
    assert len({one["cardNumber"] for one in first}) == 3
    assert [one["member"] for one in first] == [one["member"] for one in again]
    assert all(one["email"].endswith("@members.example") for one in first)
    member = await house.signed_in(first[0]["signInLink"])
    assert (await member.ask("{ viewer { audience } me { id } }"))["viewer"] == {"audience": "MEMBER"}
    assert (await members(51))["userErrors"][0]["code"] == "INVALID_VALUE"
    await house.owner.execute("UPDATE coalition SET sandbox = false, clock_at = NULL")
    assert (await members(1))["userErrors"][0]["code"] == "NOT_A_SANDBOX"
