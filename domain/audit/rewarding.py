"""Redeemed rewards against the entries they were redeemed by: what was promised, what is left of it, what it drew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

import orjson

from domain.audit.canonical import Row, reward_digest
from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection, WalletRows

REDEMPTIONS = frozenset({"REDEMPTION", "AUTHORIZATION"})
SPENDINGS = frozenset({"REDEMPTION", "CAPTURE"})

STOCK = """
SELECT COALESCE(r.home_wallet_id, d.wallet_id) AS wallet_id, COALESCE(r.entry_id, d.lot_id) AS entry_id,
    COALESCE(r.pieces_left, 0) AS pieces_left, COALESCE(d.pieces, 0) AS drawn
FROM (SELECT * FROM reward_redemption WHERE from_stock) r FULL JOIN (
    SELECT d.wallet_id, d.lot_id, a.subject_id, sum(d.points) AS pieces FROM allowance_draw d
    JOIN allowance a USING (allowance_id) WHERE a.kind = 'STOCK' GROUP BY 1, 2, 3
) d ON d.wallet_id = r.home_wallet_id AND d.lot_id = r.entry_id AND d.subject_id = r.reward_id
WHERE r.pieces_left IS DISTINCT FROM d.pieces
"""

TICKETS = """
WITH given AS (
    SELECT r.*, t.id::uuid AS token_id FROM reward_redemption r,
        jsonb_array_elements_text(r.gives -> 'tickets') AS t (id)
    WHERE r.state <> 'HELD'
)
SELECT COALESCE(g.home_wallet_id, k.home_wallet_id) AS wallet_id, COALESCE(g.entry_id, k.entry_id) AS entry_id,
    COALESCE(g.token_id, k.token_id) AS token_id
FROM given g FULL JOIN (SELECT * FROM token WHERE reward_id IS NOT NULL) k ON k.token_id = g.token_id
WHERE (g.wallet_id, g.home_wallet_id, g.entry_id, g.member_id, g.reward_id, g.version, g.pieces_left = 0)
    IS DISTINCT FROM
    (k.wallet_id, k.home_wallet_id, k.entry_id, k.member_id, k.reward_id, k.reward_version,
        k.taken_back_entry IS NOT NULL)
    AND NOT (k.token_id IS NULL AND g.state = 'CANCELLED')
"""


def rewards_amiss(found: WalletRows) -> Iterable[Finding]:
    """Redeemed rewards that are not what their entries were made for, or of which more or less is left than stands."""
    entries = {
        entry["entry_id"]: entry
        for entry in found.rows["entry"]
        if entry["kind"] in REDEMPTIONS and entry["content"] is not None
    }
    stands = _Standing(found)
    for row in found.rows["reward_redemption"]:
        entry = entries.pop(row["entry_id"], None)
        if entry is None:
            yield _about(Wrong.ROW_ASTRAY, row, "a reward without its redemption")
            continue
        same = (row["partner_id"], row["redeemed_at"]) == (entry["partner_id"], entry["posted_at"])
        if not same or reward_digest(row) != entry["content"]:
            yield _about(Wrong.REWARD_DIFFERS, row, "the reward is not what was redeemed")
        left = stands.pieces_left(entry, row)
        if left != row["pieces_left"] or (row["state"] == "HELD") != stands.is_held(entry):
            what = f"{row['pieces_left']} pieces are left ({row['state']}), its entries come to {left}"
            yield _about(Wrong.REWARD_DIFFERS, row, what)
        yield from _benefits(row, stands.benefits.pop(stands.spent_by(entry), []), entry)
    for entry in entries.values():
        yield _about(Wrong.REWARD_DIFFERS, entry, "what was redeemed is missing")
    for benefits in stands.benefits.values():
        yield _about(Wrong.ROW_ASTRAY, benefits[0], "benefits of a redemption that gave none")


class _Standing:
    """What stands of a wallet's redemptions, by its entries and transfers alone."""

    def __init__(self, found: WalletRows) -> None:
        self.holds = {hold["hold_id"]: hold for hold in found.rows["hold"]}
        self.captures = {entry["refers_to"]: entry for entry in found.rows["entry"] if entry["kind"] == "CAPTURE"}
        self.reversed = {entry["refers_to"] for entry in found.rows["entry"] if entry["kind"] == "REVERSAL"}
        undone = {entry["entry_id"]: entry["refers_to"] for entry in found.rows["entry"] if entry["kind"] == "REVERSAL"}
        self.back: Counter[object] = Counter()
        for transfer in found.rows["transfer"]:
            if transfer["kind"] == "UNREDEEM":
                self.back[undone.get(transfer["entry_id"])] += transfer["points"]
        kinds = {entry["entry_id"]: entry["kind"] for entry in found.rows["entry"]}
        self.benefits: dict[object, list[Row]] = defaultdict(list)
        for benefit in found.rows["benefit"]:
            if kinds.get(benefit["entry_id"]) in SPENDINGS:
                self.benefits[benefit["entry_id"]].append(benefit)

    def spent_by(self, entry: Row) -> object:
        """The entry that spent the points; None: they are held, or went back."""
        if entry["kind"] == "REDEMPTION":
            return entry["entry_id"]
        capture = self.captures.get(entry["entry_id"])
        return None if capture is None else capture["entry_id"]

    def is_held(self, entry: Row) -> bool:
        """Whether its points are still set aside."""
        hold = self.holds.get(entry["entry_id"])
        return hold is not None and hold["state"] == "OPEN"

    def pieces_left(self, entry: Row, row: Row) -> int:
        """Of so many points, whole pieces: all that stand for any of them."""
        if row["points"] == 0:
            return 0 if entry["entry_id"] in self.reversed else int(row["pieces"])
        hold = self.holds.get(entry["entry_id"])
        points = row["points"] if hold is None or hold["state"] == "OPEN" else hold["captured"]
        left = points - self.back[self.spent_by(entry)]
        return int(-(-row["pieces"] * left // row["points"]))


def _benefits(row: Row, there: Iterable[Row], entry: Row) -> Iterator[Finding]:
    """The money that sponsors owe, against what the redemption promised."""
    promised = {one["benefit_id"]: one for one in orjson.loads(row["gives"])["benefits"]}
    spent = row["state"] != "HELD"
    for benefit in there:
        told = promised.pop(str(benefit["benefit_id"]), None)
        if (
            told is None
            or (str(benefit["sponsor_id"]), benefit["kind"]) != (told["sponsor_id"], told["kind"])
            or benefit["amount"] != Decimal(told["amount"])
            or (benefit["redeemer_id"], benefit["currency"]) != (entry["partner_id"], row["currency"])
            or (benefit["state"] == "REVERSED") != (row["pieces_left"] == 0)
            or (benefit["reversed_entry_id"] is None) != (benefit["state"] == "USED")
        ):
            yield _about(Wrong.BENEFIT_DIFFERS, row, f"benefit {benefit['benefit_id']} is not as it was promised")
    if promised and spent and row["pieces_left"]:
        yield _about(Wrong.BENEFIT_DIFFERS, row, "a benefit that the redemption promised is missing")


def counted_by_rewards(found: WalletRows) -> Counter[str]:
    """What limits of rewards count of a wallet: pieces that stand, by the counter's key."""
    counted: Counter[str] = Counter()
    for row in found.rows["reward_redemption"]:
        for key in row["keys"]:
            counted[key] += row["pieces_left"]
    return counted


async def stock_amiss(connection: Connection) -> list[Finding]:
    """Redemptions that drew other than their pieces from stock, and tickets that are not as they were given."""
    return [
        *[
            _about(
                Wrong.DRAW_DIFFERS, row, f"{row['pieces_left']} pieces stand and {row['drawn']} were drawn from stock"
            )
            for row in await connection.fetch(STOCK)
        ],
        *[
            _about(Wrong.TOKEN_DIFFERS, row, f"ticket {row['token_id']} is not as it was given or taken back")
            for row in await connection.fetch(TICKETS)
        ],
    ]


def _about(wrong: Wrong, row: Row, what: str) -> Finding:
    return Finding(wrong=wrong, wallet_id=row["wallet_id"], entry_id=row["entry_id"], what=what)
