"""Answers: pages, things by their ids, refusals as data, faults with codes, the unexpected masked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from partners.viewer import NOBODY, Viewer
from schema.execution import Engine, Request
from tests.builders.graphql import ALPHA, BETA, CRATES, context, engine

ONE = engine()


async def ask(
    text: str, viewer: Viewer = ALPHA, variables: dict[str, Any] | None = None, *, through: Engine = ONE
) -> dict[str, Any]:
    ready = through.ready(Request(text, variables or {}), viewer)
    return (await through.answer(ready, context(viewer), request_id="request-1")).body


async def test_pages_lead_through_a_whole_list() -> None:
    page_of = "nodes{label} edges{cursor node{label}} pageInfo{hasNextPage endCursor}"
    text = f"query($a:String){{crates(first:100,after:$a){{{page_of}}}}}"
    seen: list[str] = []
    after, more = None, True
    while more:
        page = (await ask(text, variables={"a": after}))["data"]["crates"]
        seen += [node["label"] for node in page["nodes"]]
        assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == [crate.label for crate in CRATES.values()]


async def test_a_list_is_counted_where_it_says_so() -> None:
    body = await ask("{crates(first:1){totalCount} otherCrates(first:1){totalCount}}")
    assert body["data"] == {"crates": {"totalCount": 250}, "otherCrates": {"totalCount": None}}


async def test_a_list_goes_on_from_its_own_cursors_only() -> None:
    cursor = (await ask("{crates(first:1){pageInfo{endCursor}}}"))["data"]["crates"]["pageInfo"]["endCursor"]
    text = "query($a:String){otherCrates(after:$a){nodes{label}}}"
    body = await ask(text, variables={"a": cursor})
    assert body["errors"][0]["extensions"]["code"] == "INVALID_VALUE"
    assert "cursor" in body["errors"][0]["message"]
    body = await ask(text.replace("otherCrates", "crates"), BETA, {"a": cursor})
    assert body["errors"][0]["extensions"]["code"] == "INVALID_VALUE"


@pytest.mark.parametrize("first", [-1, 101])
async def test_a_page_has_its_limits(first: int) -> None:
    body = await ask(f"{{crates(first:{first}){{nodes{{label}}}}}}")
    assert body["errors"][0]["extensions"]["code"] == "INVALID_VALUE"
    assert str(first) in body["errors"][0]["message"]


async def test_an_empty_page_ends_nowhere() -> None:
    body = await ask("{crates(first:0){nodes{label} pageInfo{hasNextPage endCursor}}}")
    assert body["data"]["crates"] == {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}


async def test_a_thing_is_found_by_its_id_and_so_are_many() -> None:
    one, two = [context(ALPHA).global_ids.encode("Crate", UUID(int=n)) for n in (1, 2)]
    text = "query($i:ID!,$all:[ID!]!){node(id:$i){__typename id ...on Crate{label}} nodes(ids:$all){id}}"
    body = await ask(text, variables={"i": one, "all": [two, "garbage", one]})
    assert body["data"]["node"] == {"__typename": "Crate", "id": one, "label": "crate 1"}
    assert body["data"]["nodes"] == [{"id": two}, None, {"id": one}]


async def test_an_id_answers_null_unless_it_is_known_ones_own_and_allowed() -> None:
    ids, others = context(ALPHA).global_ids, context(BETA).global_ids
    text = "query($i:ID!){node(id:$i){id}}"
    for viewer, sent in [
        (ALPHA, ids.encode("Crate", UUID(int=999))),
        (ALPHA, others.encode("Crate", UUID(int=1))),
        (ALPHA, ids.encode("Partner", UUID(int=1)).replace("Partner", "Crate")),
        (ALPHA, ids.encode("Nothing", UUID(int=1))),
        (NOBODY, context(NOBODY).global_ids.encode("Crate", UUID(int=1))),
    ]:
        body = await ask(text, viewer, {"i": sent})
        assert body["data"] == {"node": None}
        assert "errors" not in body


async def test_at_most_a_hundred_ids_are_looked_up_at_once() -> None:
    body = await ask("query($i:[ID!]!){nodes(ids:$i){id}}", variables={"i": ["a"] * 101})
    assert body["errors"][0]["extensions"]["code"] == "INVALID_VALUE"


async def test_what_is_not_there_is_null_or_an_error_with_a_code() -> None:
    assert (await ask("{crate(number:999){label}}"))["data"] == {"crate": None}
    body = await ask("{neededCrate(number:999){label}}")
    assert body["data"] is None
    assert body["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


LIFT = """mutation($i:CrateLiftInput!){
  crateLift(input:$i){lifted userErrors{__typename code message path ...on TooHeavyError{weight}}}
}"""


async def test_a_refusal_is_data_with_its_code_its_place_and_its_facts() -> None:
    body = await ask(LIFT, variables={"i": {"idempotencyKey": "0123456789abcdef", "crateWeight": "101"}})
    assert "errors" not in body
    [error] = body["data"]["crateLift"].pop("userErrors")
    assert body["data"]["crateLift"] == {"lifted": False}
    assert error == {
        "__typename": "TooHeavyError",
        "code": "TOO_HEAVY",
        "message": "That crate is too heavy.",
        "path": ["input", "crateWeight"],
        "weight": "101",
    }


async def test_a_success_has_no_user_errors() -> None:
    body = await ask(LIFT, variables={"i": {"idempotencyKey": "0123456789abcdef", "crateWeight": "1"}})
    assert body["data"] == {"crateLift": {"lifted": True, "userErrors": []}}


async def test_a_variable_that_does_not_fit_is_told_before_anything_runs() -> None:
    body = await ask(LIFT, variables={"i": {"idempotencyKey": "short", "crateWeight": "1.5", "more": 1}})
    assert "data" not in body
    assert {error["extensions"]["code"] for error in body["errors"]} == {"BAD_USER_INPUT"}
    assert len(body["errors"]) == 3


async def test_the_unexpected_is_masked_and_logged_once() -> None:
    with capture_logs() as lines:
        body = await ask("{" + " ".join(f"a{n}:broken" for n in range(5)) + "}")
    assert len(body["errors"]) == 3
    for error in body["errors"]:
        assert error["extensions"] == {"code": "INTERNAL", "requestId": "request-1"}
        assert "42" not in error["message"]
    unexpected = [line for line in lines if line["event"] == "unexpected"]
    assert len(unexpected) == 3
    assert all(line["request_id"] == "request-1" and "secret is 42" in line["trace"] for line in unexpected)


async def test_what_a_request_makes_us_log_is_bounded() -> None:
    with capture_logs() as lines:
        await ask("{" + " ".join(f"a{n}:broken" for n in range(10)) + "}")
    assert sum(len(str(line)) for line in lines) < 3 * 5_000


async def test_an_expected_error_is_not_logged() -> None:
    with capture_logs() as lines:
        await ask("{neededCrate(number:999){label}}")
        await ask(LIFT, variables={"i": {"idempotencyKey": "0123456789abcdef", "crateWeight": "101"}})
        await ask(LIFT, BETA, {"i": {"idempotencyKey": "0123456789abcdef", "crateWeight": "1"}})
    assert lines == []


async def test_each_event_of_a_subscription_is_answered_afresh_until_its_source_ends() -> None:
    ready = ONE.ready(Request("subscription{count(to:3)}"), NOBODY)
    answers = [answer async for answer in ONE.stream(ready, context(snapshots=False), request_id="r")]
    assert [answer.body["data"] for answer in answers] == [{"count": 1}, {"count": 2}, {"count": 3}]


async def test_a_source_that_fails_ends_its_subscription_with_a_masked_error() -> None:
    ready = ONE.ready(Request("subscription{count(to:20)}"), NOBODY)
    with capture_logs():
        answers = [answer async for answer in ONE.stream(ready, context(snapshots=False), request_id="r")]
    assert len(answers) == 13
    assert answers[-1].body["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_a_query_may_be_streamed_too() -> None:
    ready = ONE.ready(Request("{hello}"), NOBODY)
    [answer] = [answer async for answer in ONE.stream(ready, context(), request_id="r")]
    assert answer.body["data"] == {"hello": "world"}


async def test_an_answer_says_what_it_cost() -> None:
    assert (await ask("{hello}"))["extensions"] == {"cost": {"requested": 1, "limit": 1000}}
