"""Uses of vouchers against the entries they were made for; what vouchers count against their uses; issued or cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from domain.audit.canonical import Row, uses_digest
from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection, WalletRows

COUNTED = """
WITH used AS (
    SELECT voucher_id, coupon_id, min(wallet_id::text)::uuid AS wallet_id,
        count(*) FILTER (WHERE reversed_entry_id IS NULL) AS used
    FROM voucher_use GROUP BY 1, 2
)
SELECT COALESCE(v.wallet_id, n.wallet_id) AS wallet_id, v.entry_id, COALESCE(v.voucher_id, n.voucher_id) AS voucher_id
FROM voucher v FULL JOIN used n ON n.voucher_id = v.voucher_id
WHERE v.voucher_id IS NULL OR v.used <> COALESCE(n.used, 0) OR n.coupon_id <> v.coupon_id
    OR v.state = 'USED' AND v.used < v.uses
"""

ISSUED = """
SELECT v.home_wallet_id AS wallet_id, v.entry_id, v.voucher_id FROM voucher v
LEFT JOIN entry e ON e.wallet_id = v.home_wallet_id AND e.entry_id = v.entry_id
LEFT JOIN voucher_code c ON c.lookup = v.lookup
WHERE e.entry_id IS NULL OR v.issued_at < e.posted_at
    OR NOT EXISTS (SELECT FROM forwards(v.home_wallet_id) f WHERE f.wallet_id = v.wallet_id)
    OR (v.source = 'PUBLIC') <> (e.kind = 'VOUCHER')
    OR v.source <> 'PUBLIC' AND (c.voucher_id IS DISTINCT FROM v.voucher_id OR c.coupon_id <> v.coupon_id)
UNION ALL
SELECT k.home_wallet_id, k.entry_id, k.voucher_id FROM token k
WHERE k.voucher_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM voucher v WHERE v.voucher_id = k.voucher_id AND v.entry_id = k.entry_id)
    AND NOT EXISTS (SELECT FROM voucher_cut c WHERE c.voucher_id = k.voucher_id AND c.entry_id = k.entry_id)
"""

DRAWN = """
WITH bound AS (
    SELECT u.wallet_id, u.voucher_id, a.allowance_id, min(u.entry_id::text)::uuid AS entry_id,
        count(*) FILTER (WHERE u.reversed_entry_id IS NULL) AS used
    FROM voucher_use u JOIN allowance a ON a.subject_id = u.coupon_id AND a.kind = 'USES' AND u.used_at >= a.opened_at
    GROUP BY 1, 2, 3
), drawn AS (
    SELECT d.wallet_id, d.lot_id, d.allowance_id, min(d.entry_id::text)::uuid AS entry_id, sum(d.points) AS points
    FROM allowance_draw d JOIN allowance a USING (allowance_id) WHERE a.kind = 'USES' GROUP BY 1, 2, 3
)
SELECT COALESCE(u.wallet_id, d.wallet_id) AS wallet_id, COALESCE(u.entry_id, d.entry_id) AS entry_id,
    COALESCE(u.voucher_id, d.lot_id) AS voucher_id
FROM bound u FULL JOIN drawn d
    ON d.wallet_id = u.wallet_id AND d.lot_id = u.voucher_id AND d.allowance_id = u.allowance_id
WHERE u.used IS DISTINCT FROM d.points
"""

QUERIES = {
    COUNTED: "a voucher counts other uses than were made of it",
    ISSUED: "a voucher was issued by no entry, or one that was promised was neither issued nor cut",
    DRAWN: "a use drew otherwise from what all together may",
}


def uses_amiss(found: WalletRows) -> Iterable[Finding]:
    """Uses that are not what their entries were made for, and money that is not owed for them."""
    entries = {entry["entry_id"]: entry for entry in found.rows["entry"]}
    uses: dict[UUID, list[Row]] = defaultdict(list)
    for use in found.rows["voucher_use"]:
        uses[use["entry_id"]].append(use)
    owed: dict[UUID, list[Row]] = defaultdict(list)
    for benefit in found.rows["benefit"]:
        if (entry := entries.get(benefit["entry_id"])) is not None and entry["kind"] == "VOUCHER":
            owed[benefit["entry_id"]].append(benefit)
    for entry in found.rows["entry"]:
        if entry["kind"] == "VOUCHER":
            yield from _use(entry, uses.pop(entry["entry_id"], []), owed[entry["entry_id"]], entries)
    for astray in uses.values():
        yield _about(astray[0], "a use of vouchers without its entry")


def _use(entry: Row, uses: list[Row], owed: list[Row], entries: dict[UUID, Row]) -> Iterable[Finding]:
    if not uses or uses_digest(uses, owed) != entry["content"]:
        yield _about(entry, "what was used, or what is owed for it, is not what was recorded")
        return
    backs = {use["reversed_entry_id"] for use in uses} | {benefit["reversed_entry_id"] for benefit in owed}
    back = next(iter(backs))
    reversal = None if back is None else entries.get(back)
    undone = reversal is not None and (reversal["kind"], reversal["refers_to"]) == (
        "VOUCHER_REVERSAL",
        entry["entry_id"],
    )
    if len(backs) > 1 or (back is not None and not undone):
        yield _about(entry, "a use was taken back in part, or by an entry that did not")
    if any((use["partner_id"], use["used_at"]) != (entry["partner_id"], entry["posted_at"]) for use in uses):
        yield _about(entry, "a use is told of another partner or time")
    taken = sum(Decimal(use["amount"]) for use in uses)
    for benefit in owed:
        same = (benefit["redeemer_id"], benefit["cycle_id"]) == (entry["partner_id"], entry["cycle_id"])
        if not same or (benefit["state"] == "REVERSED") != (back is not None) or not taken:
            yield _about(benefit, f"benefit {benefit['benefit_id']} is not as it was given")


async def vouchers_amiss(connection: Connection) -> list[Finding]:
    """Vouchers that count otherwise than they were used, were issued by nothing, or drew otherwise."""
    return [
        Finding(
            wrong=Wrong.VOUCHER_DIFFERS,
            wallet_id=row["wallet_id"],
            entry_id=row["entry_id"],
            what=f"{what}: {row['voucher_id']}",
        )
        for query, what in QUERIES.items()
        for row in await connection.fetch(query)
    ]


def _about(row: Row, what: str) -> Finding:
    return Finding(wrong=Wrong.VOUCHER_DIFFERS, wallet_id=row["wallet_id"], entry_id=row["entry_id"], what=what)
