"""The books read for an audit: some wallets at a time with all their rows, in one snapshot, in bounded memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from domain.audit.canonical import Row

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

WALLETS_AT_ONCE = 100
BEFORE_ALL = UUID(int=0)
AFTER_ALL = UUID(int=2**128 - 1)

TABLES = {
    "entry": "SELECT * FROM entry WHERE wallet_id > $1 AND wallet_id <= $2 ORDER BY wallet_id, version",
    "transfer": "SELECT * FROM transfer WHERE wallet_id > $1 AND wallet_id <= $2 ORDER BY wallet_id, entry_id, n",
    "lot": "SELECT * FROM lot WHERE wallet_id > $1 AND wallet_id <= $2",
    "hold": "SELECT * FROM hold WHERE wallet_id > $1 AND wallet_id <= $2",
    "debt": "SELECT * FROM debt WHERE wallet_id > $1 AND wallet_id <= $2",
    "benefit": "SELECT * FROM benefit WHERE wallet_id > $1 AND wallet_id <= $2 ORDER BY wallet_id, benefit_id",
    "purchase": (
        "SELECT wallet_id, entry_id, partner_id, outlet_id, receipt_number, occurred_at, currency, total,"
        " numbers::text AS numbers, skus::text AS skus, quantities::text AS quantities, amounts::text AS amounts,"
        " facts::text AS facts, returns FROM purchase WHERE wallet_id > $1 AND wallet_id <= $2"
    ),
    "purchase_return": (
        "SELECT wallet_id, entry_id, purchase_entry_id, partner_id, number, numbers::text AS numbers,"
        " quantities::text AS quantities, amounts::text AS amounts, facts::text AS facts"
        " FROM purchase_return WHERE wallet_id > $1 AND wallet_id <= $2 ORDER BY wallet_id, purchase_entry_id, number"
    ),
    "action": (
        "SELECT wallet_id, entry_id, partner_id, outlet_id, kind, occurred_at, attributes::text AS attributes,"
        " facts::text AS facts FROM action WHERE wallet_id > $1 AND wallet_id <= $2"
    ),
    "reward_redemption": (
        "SELECT home_wallet_id AS wallet_id, entry_id, partner_id, owner_id, reward_id, version, step, pieces, points,"
        " unit_points, money, currency, worth::text AS worth, from_stock::text AS from_stock, counts::text AS counts,"
        " gives::text AS gives, fulfilment, pieces_left, state, redeemed_at, counts AS keys"
        " FROM reward_redemption WHERE home_wallet_id > $1 AND home_wallet_id <= $2"
    ),
    "voucher_use": (
        "SELECT wallet_id, entry_id, voucher_id, coupon_id, version, partner_id, currency, amount,"
        " lines::text AS lines, used_at, reversed_entry_id FROM voucher_use WHERE wallet_id > $1 AND wallet_id <= $2"
        " ORDER BY wallet_id, entry_id, voucher_id"
    ),
    "tally": "SELECT wallet_id, key, counted, rewarded FROM tally WHERE wallet_id > $1 AND wallet_id <= $2",
}
"""Every table of wallets, each row of which is read exactly once; lists and facts as the database writes them."""

ELSEWHERE = """
SELECT asked.entry_id AS asked, e.* FROM unnest($1::uuid[], $2::uuid[]) AS asked (wallet_id, entry_id)
CROSS JOIN LATERAL forwards(asked.wallet_id) f
JOIN entry e ON e.wallet_id = f.wallet_id AND e.entry_id = asked.entry_id AND f.hop > 0
"""


@dataclass(slots=True)
class WalletRows:
    """One wallet with everything that is kept of it; without a wallet row, what is astray."""

    wallet_id: UUID
    wallet: Row | None = None
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    entries_elsewhere: dict[UUID, Row] = field(default_factory=dict)
    """Entries of other wallets that this one's rows speak of: returns posted after a merge."""

    def transfers_of(self) -> dict[UUID, list[Row]]:
        """The transfers of each entry, in order."""
        found: dict[UUID, list[Row]] = defaultdict(list)
        for transfer in self.rows["transfer"]:
            found[transfer["entry_id"]].append(transfer)
        return found


async def wallets(connection: Connection) -> AsyncIterator[WalletRows]:
    """Every wallet in the order of its id."""
    lower = BEFORE_ALL
    while lower < AFTER_ALL:
        heads = await connection.fetch(
            "SELECT * FROM wallet WHERE wallet_id > $1 ORDER BY wallet_id LIMIT $2", lower, WALLETS_AT_ONCE
        )
        upper = heads[-1]["wallet_id"] if len(heads) == WALLETS_AT_ONCE else AFTER_ALL
        for found in await _chunk(connection, heads, lower, upper):
            yield found
        lower = upper


async def _chunk(connection: Connection, heads: Sequence[Row], lower: UUID, upper: UUID) -> list[WalletRows]:
    found = {head["wallet_id"]: WalletRows(head["wallet_id"], head) for head in heads}
    for table, query in TABLES.items():
        for row in await connection.fetch(query, lower, upper):
            wallet = found.setdefault(row["wallet_id"], WalletRows(row["wallet_id"]))
            wallet.rows[table].append(row)
    await _look_elsewhere(connection, found)
    return sorted(found.values(), key=lambda wallet: wallet.wallet_id)


async def _look_elsewhere(connection: Connection, found: dict[UUID, WalletRows]) -> None:
    """Find the entries of returns that were posted to the wallet a merged one has become."""
    asked = [
        (wallet.wallet_id, goods["entry_id"])
        for wallet in found.values()
        if wallet.wallet is not None and wallet.wallet["merged_into"] is not None
        for goods in wallet.rows["purchase_return"]
    ]
    if not asked:
        return
    by_entry = {entry: wallet for wallet, entry in asked}
    for row in await connection.fetch(ELSEWHERE, *map(list, zip(*asked, strict=True))):
        found[by_entry[row["asked"]]].entries_elsewhere[row["asked"]] = row
