"""Cases of members and customers, opened and carried on from a shop's own desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gql import gql

from hansa.storefront.errors import Refused
from hansa.storefront.front import Storefront
from hansa.storefront.values import Ref, new_key

_CASE = """ { id kind state waitsFor coverage answerDueAt overdue handler { slug } entries { side words } } """
_STEP = f" {{ case {_CASE} userErrors {{ code message path }} }} }}"

OPEN = gql("mutation OpenCase($input: CaseOpenInput!) { done: caseOpen(input: $input)" + _STEP)
SAY = gql("mutation SayInCase($input: CaseSayInput!) { done: caseSay(input: $input)" + _STEP)
CLOSE = gql("mutation CloseCase($input: CaseCloseInput!) { done: caseClose(input: $input)" + _STEP)
ONE = gql("query Case($id: ID!) { case(id: $id)" + _CASE + "}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as it stands."""

    id: str
    kind: str
    state: str
    waits_for: str | None
    """Who has to do something: MEMBER, SHOP, MAKER or COALITION."""
    coverage: str | None
    """Of a warranty case: COVERED, or why not."""
    handler: str | None
    """The short name of who answers; None: the coalition."""
    answer_due_at: datetime
    overdue: bool
    said: tuple[tuple[str, str], ...]
    """By whom, and the words."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Case:
        """As the API tells it."""
        return cls(
            id=told["id"],
            kind=told["kind"],
            state=told["state"],
            waits_for=told["waitsFor"],
            coverage=told["coverage"],
            handler=told["handler"] and told["handler"]["slug"],
            answer_due_at=datetime.fromisoformat(told["answerDueAt"]),
            overdue=told["overdue"],
            said=tuple((one["side"], one["words"]) for one in told["entries"] if one["words"] is not None),
        )


async def open_case(
    front: Storefront,
    words: str,
    *,
    member: Ref | None = None,
    kind: str = "QUESTION",
    sku: str | None = None,
    purchase: str | None = None,
    links: Sequence[str] = (),
    key: str | None = None,
) -> Case:
    """Ask for a member, or for a customer who is none, about one of the shop's articles or purchases."""
    said = {"member": member and member.input(), "sku": sku, "purchase": purchase}
    known = {name: value for name, value in said.items() if value is not None}
    return await _step(front, OPEN, kind=kind, words=words, links=list(links), key=key, **known)


async def say_in_case(
    front: Storefront, case: str, words: str, *, note: bool = False, asks_back: bool = False, key: str | None = None
) -> Case:
    """Say something in a case, or note it for one's own house."""
    return await _step(front, SAY, case=case, words=words, note=note, asksBack=asks_back, key=key)


async def close_case(front: Storefront, case: str, *, key: str | None = None) -> Case:
    """End a case that one opened, or has to answer."""
    return await _step(front, CLOSE, case=case, key=key)


async def find_case(front: Storefront, case: str) -> Case | None:
    """A case as it stands; None where the shop takes part in none with this id."""
    found = (await front.ask(ONE, {"id": case}))["case"]
    return None if found is None else Case.read(found)


async def _step(front: Storefront, document: Any, *, key: str | None, **said: Any) -> Case:
    done = (await front.ask(document, {"input": {"idempotencyKey": key or new_key(), **said}}))["done"]
    for refusal in done["userErrors"]:
        raise Refused(refusal["code"], refusal["message"], tuple(refusal["path"]))
    return Case.read(done["case"])
