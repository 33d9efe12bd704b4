"""Prove the books: every wallet is played again from its transfers and compared with what is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeAlias
from uuid import UUID

from domain.audit import trail
from domain.audit.attending import activities_amiss
from domain.audit.bonusing import bonuses_amiss
from domain.audit.canonical import Row, basket_digest, goods_digest
from domain.audit.claiming import claims_amiss
from domain.audit.coding import codes_amiss
from domain.audit.counting import actions_amiss, tallies_amiss, tokens_amiss
from domain.audit.drawing import drawn_amiss
from domain.audit.findings import Finding, Report, Wrong
from domain.audit.movements import in_order, movement_of
from domain.audit.reading import Connection, WalletRows, wallets
from domain.audit.registered import registrations_amiss
from domain.audit.replaying import Debt, Hold, Lot, Replay
from domain.audit.responding import responses_amiss
from domain.audit.reviewing import reviews_amiss
from domain.audit.rewarding import rewards_amiss, stock_amiss
from domain.audit.sums import Sums
from domain.audit.telling import untold
from domain.audit.trading_in import trade_ins_amiss
from domain.audit.vouchering import uses_amiss, vouchers_amiss
from domain.merkle import Tree

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many wallets of how many are done."""

COLUMNS = {kind: tuple(column.name for column in fields(kind)) for kind in (Lot, Debt, Hold)}
COUNTERS = ("available", "pending", "held", "debt")

GIVES_OTHERWISE = frozenset({"REDEMPTION", "CAPTURE", "VOUCHER"})
"""Entries whose benefits are not of a basket: they are looked at with what gave them."""
TAKES_BACK_OTHERWISE = frozenset({"REVERSAL", "VOUCHER_REVERSAL"})

KEYS_TWICE = """
SELECT partner_id, idempotency_key, array_agg(wallet_id) AS wallets, array_agg(entry_id) AS entries
FROM entry GROUP BY partner_id, idempotency_key HAVING count(*) > 1
"""

MOVES = """
SELECT move_id, array_agg(wallet_id ORDER BY n) AS wallets, array_agg(entry_id ORDER BY n) AS entries FROM transfer
WHERE kind = 'MOVE' GROUP BY move_id
HAVING count(*) <> 2 OR count(DISTINCT wallet_id) <> 2
    OR count(DISTINCT (points, sponsor_id, sponsor_contract_id, accrual_cycle_id, redeemer_contract_id, campaign_id,
        campaign_version, root_lot_id)) <> 1
    OR count(*) FILTER (WHERE credit = 'TRANSIT') <> 1
    OR count(DISTINCT CASE WHEN debit = 'TRANSIT' THEN credit ELSE debit END) <> 1
"""

ADJUSTMENTS = """
SELECT e.wallet_id, e.entry_id FROM entry e LEFT JOIN adjustment a ON a.adjustment_id = e.refers_to
LEFT JOIN transfer t ON t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id
WHERE e.kind = 'ADJUSTMENT' AND (a.approved_by IS NULL OR a.approved_by = a.requested_by OR a.approved_at > e.posted_at
    OR a.partner_id <> e.partner_id OR a.points IS DISTINCT FROM t.points OR t.kind IS DISTINCT FROM 'ADJUST'
    OR a.expires_at IS DISTINCT FROM t.expires_at
    OR NOT EXISTS (SELECT FROM forwards(a.wallet_id) f WHERE f.wallet_id = e.wallet_id))
"""


async def verify(connection: Connection, *, progress: Progress | None = None) -> Report:
    """Check every invariant of docs/ledger.md in one snapshot; postings may go on meanwhile.

    The connection acts as the server does, or as the owner; it is used for one transaction that writes nothing.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("SET LOCAL app.sight = 'coalition'")
        return await verified(connection, progress=progress)


async def verified(connection: Connection, *, progress: Progress | None = None) -> Report:
    """The same on a connection that sees all books already, and inside its transaction if it has one."""
    report, sums = Report(), Sums()
    trees: dict[UUID, Tree] = defaultdict(Tree)
    moved: dict[UUID, Tree] = defaultdict(Tree)
    every = await connection.fetchval("SELECT count(*) FROM wallet")
    cycles = {row["cycle_id"]: row["number"] for row in await connection.fetch("SELECT cycle_id, number FROM cycle")}
    async for found in wallets(connection):
        for finding in _wallet(found, cycles):
            report.add(finding)
        _count(report, sums, found)
        for entry in found.rows["entry"]:
            trees[entry["cycle_id"]].add(entry["hash"])
        for transfer in in_order(found.rows["transfer"]):
            moved[transfer["cycle_id"]].add(movement_of(transfer).leaf())
        if progress is not None:
            progress(report.wallets, every)
    report.lines, broken = await trail.broken(connection)
    across = [*await _seals(connection, trees, moved), *await _across(connection), *await untold(connection)]
    across += [*await drawn_amiss(connection), *await tokens_amiss(connection), *await stock_amiss(connection)]
    across += await vouchers_amiss(connection)
    across += await trade_ins_amiss(connection)
    across += await activities_amiss(connection)
    across += await codes_amiss(connection)
    across += await claims_amiss(connection)
    across += await bonuses_amiss(connection)
    across += await registrations_amiss(connection)
    across += await responses_amiss(connection)
    across += await reviews_amiss(connection)
    for finding in [*sums.findings(), *across, *broken]:
        report.add(finding)
    return report


def _count(report: Report, sums: Sums, found: WalletRows) -> None:
    report.wallets += found.wallet is not None
    report.entries += len(found.rows["entry"])
    report.transfers += len(found.rows["transfer"])
    report.baskets += len(found.rows["purchase"])
    report.lots += len(found.rows["lot"])
    for transfer in found.rows["transfer"]:
        sums.add_transfer(transfer)
    sums.add_standing(found.rows["lot"], found.rows["debt"])


def _wallet(found: WalletRows, cycles: Mapping[UUID, int]) -> list[Finding]:
    if found.wallet is None:
        rows = [(table, row) for table, rows in found.rows.items() for row in rows]
        return [_about(Wrong.ROW_ASTRAY, row, f"{table} of a wallet that is not there") for table, row in rows]
    transfers = found.transfers_of()
    replay = Replay(found.wallet_id, found.wallet["opened_at"])
    for entry in found.rows["entry"]:
        replay.play(entry, transfers.pop(entry["entry_id"], []))
    astray = [_about(Wrong.ROW_ASTRAY, rows[0], "transfers without their entry") for rows in transfers.values()]
    return [
        *replay.findings,
        *astray,
        *_head_differs(found.wallet, replay),
        *_differ(Wrong.LOT_DIFFERS, replay.wallet_id, replay.lots, found.rows["lot"], "lot_id"),
        *_differ(Wrong.DEBT_DIFFERS, replay.wallet_id, replay.debts, found.rows["debt"], "debt_id"),
        *_differ(Wrong.HOLD_DIFFERS, replay.wallet_id, replay.holds, found.rows["hold"], "hold_id"),
        *_wrong_cycles(found.rows["entry"], cycles),
        *_baskets(found),
        *_goods(found),
        *actions_amiss(found),
        *rewards_amiss(found),
        *uses_amiss(found),
        *tallies_amiss(found),
    ]


def _about(wrong: Wrong, row: Row, what: str) -> Finding:
    return Finding(wrong=wrong, wallet_id=row["wallet_id"], entry_id=row.get("entry_id"), what=what)


def _head_differs(wallet: Row, replay: Replay) -> Iterable[Finding]:
    expected = {name: replay.counters[name.upper()] for name in COUNTERS} | {
        "version": replay.version,
        "head": replay.head,
        "active_at": replay.active_at,
        "merged_into": replay.merged_into,
    }
    for name, value in expected.items():
        if wallet[name] != value:
            what = f"{name} is {_shown(wallet[name])}, its transfers come to {_shown(value)}"
            yield Finding(wrong=Wrong.WALLET_DIFFERS, wallet_id=replay.wallet_id, what=what)


def _shown(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _differ(
    wrong: Wrong,
    wallet_id: UUID,
    expected: Mapping[UUID, Lot] | Mapping[UUID, Debt] | Mapping[UUID, Hold],
    rows: Iterable[Row],
    key: str,
) -> Iterable[Finding]:
    """Each row that is not what the replay made, each that it did not make, and each that is missing."""
    left: dict[UUID, Lot | Debt | Hold] = {**expected}
    for row in rows:
        made = left.pop(row[key], None)
        if made is None:
            yield _about(wrong, row, f"{key} {row[key]} was made by no entry")
            continue
        for name in COLUMNS[type(made)]:
            value = getattr(made, name)
            if row[name] != value:
                what = f"{key} {row[key]}: {name} is {row[name]}, its transfers come to {value}"
                yield _about(wrong, row, what)
    for missing, made in left.items():
        entry = made.hold_id if isinstance(made, Hold) else made.entry_id
        yield Finding(wrong=wrong, wallet_id=wallet_id, entry_id=entry, what=f"{key} {missing} is missing")


def _wrong_cycles(entries: Iterable[Row], cycles: Mapping[UUID, int]) -> Iterable[Finding]:
    latest = 0
    for entry in entries:
        number = cycles.get(entry["cycle_id"], 0)
        if number < max(latest, 1):
            yield _about(Wrong.WRONG_CYCLE, entry, f"cycle {entry['cycle_id']} is unknown or over by then")
        latest = max(latest, number)


def _baskets(found: WalletRows) -> Iterable[Finding]:
    """Purchases and their benefits against the entries they were recorded with."""
    entries = {entry["entry_id"]: entry for entry in found.rows["entry"] if entry["kind"] == "PURCHASE"}
    benefits = _given_by_baskets(found)
    returned: dict[UUID, list[int]] = defaultdict(list)
    for goods in found.rows["purchase_return"]:
        returned[goods["purchase_entry_id"]].append(goods["number"])
    for purchase in found.rows["purchase"]:
        entry = entries.pop(purchase["entry_id"], None)
        if entry is None:
            yield _about(Wrong.ROW_ASTRAY, purchase, "a basket without its entry")
            continue
        given = benefits.pop(purchase["entry_id"], [])
        count = returned.pop(purchase["entry_id"], [])
        if _described(purchase) != _described(entry, receipt="reference"):
            yield _about(Wrong.PURCHASE_DIFFERS, purchase, "partner, outlet, receipt or time is not its entry's")
        if basket_digest(purchase, given) != entry["content"]:
            yield _about(Wrong.PURCHASE_DIFFERS, purchase, "the basket or its benefits are not what was recorded")
        if count != list(range(1, purchase["returns"] + 1)):
            yield _about(Wrong.PURCHASE_DIFFERS, purchase, f"returns are {purchase['returns']}, there are {count}")
        yield from _wrong_benefits(purchase, entry, given)
    for entry in entries.values():
        yield _about(Wrong.PURCHASE_DIFFERS, entry, "the basket is missing")
    for action in found.rows["action"]:
        returned.pop(action["entry_id"], None)  # what it earned was taken back
    for astray in [*benefits.values(), *([] if not returned else [found.rows["purchase_return"]])]:
        yield _about(Wrong.ROW_ASTRAY, astray[0], "benefits or returns of a purchase that is not there")


def _given_by_baskets(found: WalletRows) -> dict[UUID, list[Row]]:
    """The benefits of each purchase, and any that are of no entry at all."""
    kinds = {entry["entry_id"]: entry["kind"] for entry in found.rows["entry"]}
    benefits: dict[UUID, list[Row]] = defaultdict(list)
    for benefit in found.rows["benefit"]:
        if kinds.get(benefit["entry_id"]) not in GIVES_OTHERWISE:
            benefits[benefit["entry_id"]].append(benefit)
    return benefits


def _described(row: Row, *, receipt: str = "receipt_number") -> tuple[Any, ...]:
    return row["partner_id"], row["outlet_id"], row[receipt], row["occurred_at"]


def _wrong_benefits(purchase: Row, entry: Row, given: Iterable[Row]) -> Iterable[Finding]:
    for benefit in given:
        reversal = (benefit["reversed_entry_id"], benefit["reversed_cycle_id"])
        if (
            benefit["redeemer_id"] != entry["partner_id"]
            or benefit["currency"] != purchase["currency"]
            or benefit["cycle_id"] != entry["cycle_id"]
            or benefit["used_entry_id"] != entry["entry_id"]
            or (benefit["state"], reversal == (None, None)) not in {("USED", True), ("REVERSED", False)}
        ):
            yield _about(Wrong.BENEFIT_DIFFERS, benefit, f"benefit {benefit['benefit_id']} is not as it was given")


def _goods(found: WalletRows) -> Iterable[Finding]:
    """Returns against their entries, which after a merge stand in another wallet."""
    here = {entry["entry_id"]: entry for entry in found.rows["entry"] if entry["kind"] == "RETURN"}
    back: dict[UUID | None, list[Row]] = defaultdict(list)
    undone = {entry["entry_id"] for entry in found.rows["entry"] if entry["kind"] in TAKES_BACK_OTHERWISE}
    for benefit in found.rows["benefit"]:
        if benefit["reversed_entry_id"] not in undone:
            back[benefit["reversed_entry_id"]].append(benefit)
    back.pop(None, None)
    for goods in found.rows["purchase_return"]:
        entry = here.get(goods["entry_id"]) or found.entries_elsewhere.get(goods["entry_id"])
        taken = back.pop(goods["entry_id"], [])
        if entry is None:
            yield _about(Wrong.ROW_ASTRAY, goods, "goods that came back without an entry")
            continue
        same = (goods["purchase_entry_id"], goods["partner_id"]) == (entry["refers_to"], entry["partner_id"])
        if not same or goods_digest(goods, [benefit["benefit_id"] for benefit in taken]) != entry["content"]:
            yield _about(Wrong.RETURN_DIFFERS, goods, "what came back is not what was recorded")
        if any(benefit["reversed_cycle_id"] != entry["cycle_id"] for benefit in taken):
            yield _about(Wrong.BENEFIT_DIFFERS, goods, "a benefit was taken back in another cycle than its return")
    for benefits in back.values():
        yield _about(Wrong.BENEFIT_DIFFERS, benefits[0], "a benefit was taken back by a return that is not there")


async def _seals(connection: Connection, trees: Mapping[UUID, Tree], moved: Mapping[UUID, Tree]) -> list[Finding]:
    """Closed cycles whose postings are not those under their seal: even a chain forged link by link shows here."""
    sealed = await connection.fetch(
        "SELECT cycle_id, name, merkle_root, entries, movements_root, movements FROM cycle"
        " WHERE merkle_root IS NOT NULL ORDER BY number"
    )
    return [
        Finding(wrong=Wrong.SEAL_BROKEN, what=f"the {what} of cycle {row['name']} are not those that were sealed")
        for row in sealed
        for what, root, tree in [
            ("entries", row["merkle_root"], trees.get(row["cycle_id"], Tree())),
            ("movements", row["movements_root"], moved.get(row["cycle_id"], Tree())),
        ]
        if root is not None and (tree.root(), tree.size) != (root, row[what])
    ]


async def _across(connection: Connection) -> list[Finding]:
    """What no wallet can tell by itself."""
    return [
        *[
            Finding(
                wrong=Wrong.KEY_TWICE,
                wallet_id=row["wallets"][1],
                entry_id=row["entries"][1],
                what=f"partner {row['partner_id']} used key {row['idempotency_key']!r} {len(row['entries'])} times",
            )
            for row in await connection.fetch(KEYS_TWICE)
        ],
        *[
            Finding(
                wrong=Wrong.MOVE_INCOMPLETE,
                wallet_id=row["wallets"][0],
                entry_id=row["entries"][0],
                what=f"move {row['move_id']} has {len(row['wallets'])} halves, or they do not match",
            )
            for row in await connection.fetch(MOVES)
        ],
        *[
            _about(Wrong.NOT_TWO_PERSONS, row, "no second person agreed to this adjustment as it was posted")
            for row in await connection.fetch(ADJUSTMENTS)
        ],
        *await _missing_goods(connection),
    ]


async def _missing_goods(connection: Connection) -> list[Finding]:
    """Returns whose goods are missing: each that is there was found to have its entry, so a count tells."""
    returns = await connection.fetchval("SELECT count(*) FROM entry WHERE kind = 'RETURN'")
    kept = await connection.fetchval("SELECT count(*) FROM purchase_return")
    if returns == kept:
        return []
    return [Finding(wrong=Wrong.RETURN_DIFFERS, what=f"there are {returns} returns, but goods of {kept}")]
