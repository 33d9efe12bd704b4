"""Trade-ins against the price lists of their versions, and each credit against the items and the entry it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection
from domain.trade_ins.terms import SchemeTerms
from domain.trade_ins.valuing import Item, valued

ITEMS = """
SELECT i.*, s.terms, c.amount AS credit, c.trade_in_id AS credited_in, c.state AS credit_state
FROM trade_in_item i JOIN trade_in_scheme s ON s.scheme_id = i.scheme_id AND s.version = i.version
LEFT JOIN trade_in_credit c ON c.credit_id = i.credit_id
"""

CREDITS = """
SELECT c.credit_id, c.entry_wallet_id AS wallet_id, c.entry_id FROM trade_in_credit c
LEFT JOIN entry e ON e.wallet_id = c.entry_wallet_id AND e.entry_id = c.entry_id
LEFT JOIN voucher v ON v.voucher_id = c.voucher_id AND v.home_wallet_id = c.entry_wallet_id AND v.entry_id = c.entry_id
LEFT JOIN action a ON a.wallet_id = c.entry_wallet_id AND a.entry_id = c.entry_id
WHERE c.state IN ('GIVEN', 'TAKEN_BACK') AND (e.entry_id IS NULL OR e.partner_id <> c.partner_id
        OR CASE c.form WHEN 'VOUCHER' THEN v.amount IS DISTINCT FROM c.amount OR v.source <> 'TRADE_IN'
                OR c.state = 'TAKEN_BACK' AND v.state <> 'CANCELLED'
            ELSE a.kind IS DISTINCT FROM 'TRADE_IN' OR (a.attributes ->> 'value')::bigint IS DISTINCT FROM c.amount END)
    OR NOT EXISTS (SELECT FROM trade_in_item i WHERE i.credit_id = c.credit_id)
UNION ALL
SELECT v.voucher_id, v.wallet_id, v.entry_id FROM voucher v WHERE v.source = 'TRADE_IN'
    AND (SELECT count(*) FROM trade_in_credit c WHERE c.voucher_id = v.voucher_id AND c.entry_id = v.entry_id) <> 1
"""

USES = """
SELECT u.voucher_id, u.wallet_id, u.entry_id FROM voucher_use u JOIN voucher v ON v.voucher_id = u.voucher_id
WHERE u.amount > v.amount
"""


async def trade_ins_amiss(connection: Connection) -> list[Finding]:
    """Items worth something else than their list says, and credits that are not what they stand on."""
    rows = [dict(row) for row in await connection.fetch(ITEMS)]
    found = [*_items(rows), *_credits(rows)]
    for query, what in (
        (CREDITS, "a credit is not what its entry gave"),
        (USES, "more was taken off than it is worth"),
    ):
        for row in await connection.fetch(query):
            where = {"wallet_id": row["wallet_id"], "entry_id": row["entry_id"]}
            found.append(Finding(wrong=Wrong.TRADE_IN_DIFFERS, what=f"{what}: {row[0]}", **where))
    return found


def _items(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    for row in rows:
        (one,) = valued([_item(row)], _terms(row["terms"]), {})
        if one.value != row["value"]:
            yield _about(row, f"is worth {one.value} by its list, and was valued at {row['value']}")
        if row["credit_id"] is not None and row["credited_in"] != row["trade_in_id"]:
            yield _about(row, "has the credit of another trade-in")


def _credits(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    by_credit: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        if row["credit_id"] is not None:
            by_credit.setdefault(row["credit_id"], []).append(row)
    for items in by_credit.values():
        due = sum(_due(row) for row in items)
        if items[0]["credit"] != due:
            yield _about(items[0], f"should bring {due}, and brought {items[0]['credit']}")


def _due(row: Mapping[str, Any]) -> int:
    consignment = _terms(row["terms"]).consignment
    if consignment is None:
        return int(row["value"])
    if row["closed_as"] == "SOLD":
        return consignment.share_of(row["sold_for"])
    return int(row["value"] * (consignment.fallback or 0))


def _item(row: Mapping[str, Any]) -> Item:
    # The article was of its category when it was taken; catalogues go on, so what is asked of it is not asked again.
    return Item(
        number=row["number"],
        category=row["category"],
        grade=row["grade"],
        serial=row["serial"],
        months=row["months"],
        units=row["units"],
    )


@lru_cache(maxsize=1024)
def _terms(stored: str) -> SchemeTerms:
    return SchemeTerms.from_json(orjson.loads(stored))


def _about(row: Mapping[str, Any], what: str) -> Finding:
    return Finding(wrong=Wrong.TRADE_IN_DIFFERS, what=f"the item {row['item_id']} {what}")
