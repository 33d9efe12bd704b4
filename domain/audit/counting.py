"""Actions, counters and things won against the entries they came with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import orjson

from domain.audit.canonical import Row, action_digest
from domain.audit.findings import Finding, Wrong
from domain.audit.reading import Connection, WalletRows
from domain.audit.rewarding import counted_by_rewards

COUNTED, TALLIES = '"counted":', '"tallies":'
MOVES = frozenset({"MOVE_IN", "MOVE_OUT"})

TOKENS = """
WITH won AS (
    SELECT w.wallet_id, w.entry_id, (t ->> 'id')::uuid AS token_id, (t ->> 'campaign')::uuid AS campaign_id,
        (t ->> 'version')::int AS campaign_version, t ->> 'kind' AS kind, t ->> 'name' AS name,
        (t ->> 'until')::timestamptz AS until
    FROM (SELECT wallet_id, entry_id, facts FROM purchase UNION ALL SELECT wallet_id, entry_id, facts FROM action) w,
        jsonb_array_elements(w.facts -> 'tokens') AS t
), gone AS (
    SELECT r.entry_id, t::uuid AS token_id FROM purchase_return r, jsonb_array_elements_text(r.facts -> 'tokens') AS t
)
SELECT COALESCE(w.wallet_id, k.home_wallet_id) AS wallet_id, COALESCE(w.entry_id, k.entry_id) AS entry_id,
    COALESCE(w.token_id, k.token_id) AS token_id
FROM won w FULL JOIN (SELECT * FROM token WHERE reward_id IS NULL) k ON k.token_id = w.token_id
LEFT JOIN entry e ON e.wallet_id = k.home_wallet_id AND e.entry_id = k.entry_id
LEFT JOIN gone g ON g.token_id = COALESCE(w.token_id, k.token_id)
WHERE (w.wallet_id, w.entry_id, w.campaign_id, w.campaign_version, w.kind, w.name, w.until, e.partner_id, e.posted_at)
    IS DISTINCT FROM (k.home_wallet_id, k.entry_id, k.campaign_id, k.campaign_version, k.kind, k.name, k.expires_at,
        k.partner_id, k.given_at)
    OR k.taken_back_entry IS DISTINCT FROM g.entry_id OR k.reward_version IS NOT NULL
    OR NOT EXISTS (SELECT FROM forwards(k.home_wallet_id) f WHERE f.wallet_id = k.wallet_id)
    OR k.member_id <> e.member_id AND NOT EXISTS (SELECT FROM member m
        WHERE m.member_id = e.member_id AND m.merged_into = k.member_id)
"""


def actions_amiss(found: WalletRows) -> Iterable[Finding]:
    """Actions that are not what their entries were made for."""
    entries = {entry["entry_id"]: entry for entry in found.rows["entry"] if entry["kind"] == "ACTION"}
    for action in found.rows["action"]:
        entry = entries.pop(action["entry_id"], None)
        if entry is None:
            yield _about(Wrong.ROW_ASTRAY, action, "an action without its entry")
        elif _described(action) != _described(entry) or action_digest(action) != entry["content"]:
            yield _about(Wrong.ACTION_DIFFERS, action, "the action is not what was recorded")
    for entry in entries.values():
        yield _about(Wrong.ACTION_DIFFERS, entry, "the action is missing")


def tallies_amiss(found: WalletRows) -> Iterable[Finding]:
    """Counters that are not what the wallet's entries left them at; those of merged wallets were added up."""
    if any(entry["kind"] in MOVES for entry in found.rows["entry"]):
        return
    expected, there = Counter(dict(_counted(found))), Counter[tuple[str, str]]()
    for tally in found.rows["tally"]:
        for name in ("counted", "rewarded"):
            there[_household(tally["key"]), name] += tally[name]
    for key, name in sorted({*expected, *there}):
        if expected[key, name] != there[key, name]:
            what = f"tally {key}: {name} is {there[key, name]}, its entries come to {expected[key, name]}"
            yield Finding(wrong=Wrong.TALLY_DIFFERS, wallet_id=found.wallet_id, what=what)


async def tokens_amiss(connection: Connection) -> list[Finding]:
    """Things that are not as they were won, and those taken back by no return or not by the one that says so."""
    return [
        _about(Wrong.TOKEN_DIFFERS, row, f"token {row['token_id']} is not as it was won or taken back")
        for row in await connection.fetch(TOKENS)
    ]


def _counted(found: WalletRows) -> Iterator[tuple[tuple[str, str], int]]:
    """What the counters come to, entry by entry; a member's own counters taken together with its household's."""
    facts = {row["entry_id"]: row["facts"] for table in ("purchase", "action") for row in found.rows[table]}
    facts |= {row["entry_id"]: row["facts"] for row in found.rows["purchase_return"]}
    state: dict[str, tuple[int, int]] = {}
    for entry in found.rows["entry"]:
        told = facts.get(entry["entry_id"]) or ""
        if entry["kind"] == "RETURN" and TALLIES in told:
            for less in orjson.loads(told)["tallies"]:
                counted, rewarded = state.get(less["key"], (0, 0))
                state[less["key"]] = (max(0, counted - less["counted"]), max(0, rewarded - less["rewarded"]))
        elif COUNTED in told:
            state |= {key: (counted, won) for key, (counted, won) in orjson.loads(told)["counted"].items()}
    sums: Counter[tuple[str, str]] = Counter()
    for key, pieces in counted_by_rewards(found).items():
        sums[_household(key), "counted"] += pieces
    for key, (counted, rewarded) in state.items():
        sums[_household(key), "counted"] += counted
        sums[_household(key), "rewarded"] += rewarded
    yield from sums.items()


def _household(key: str) -> str:
    subject, what, _, period = key.split("/", 3)
    return f"{subject}/{what}/{period}"


def _described(row: Row) -> tuple[object, ...]:
    return row["partner_id"], row["outlet_id"], row["occurred_at"]


def _about(wrong: Wrong, row: Row, what: str) -> Finding:
    return Finding(wrong=wrong, wallet_id=row["wallet_id"], entry_id=row["entry_id"], what=what)
