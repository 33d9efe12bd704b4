"""The example of docs/ledger.md, played."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from domain.ledger.posting import Door
from tests.builders.ledger import DAY, Books

PAGE = Path(__file__).parents[3] / "docs" / "ledger.md"

TRANSFERS = """
SELECT e.version, e.kind AS entry, t.kind, t.points, p.slug, t.debit, t.credit FROM entry e
JOIN transfer t USING (wallet_id, entry_id) JOIN partner p ON p.partner_id = t.sponsor_id ORDER BY e.version, t.n
"""


def told() -> list[str]:
    """The rows of the page's example."""
    lines = PAGE.read_text(encoding="utf-8").split("### An example")[1].split("\n## ")[0].splitlines()
    return [line for line in lines if line.startswith("| ")][1:]


async def played(books: Books) -> list[str]:
    """The same rows, from the database."""
    counters = dict.fromkeys(("AVAILABLE", "PENDING", "HELD", "DEBT"), 0)
    entries: dict[int, tuple[str, list[str], list[int]]] = {}
    for row in await books.owner.fetch(TRANSFERS):
        for account, sign in ((row["debit"], -1), (row["credit"], 1)):
            if account in counters:
                counters[account] += row["points"] * (-sign if account == "DEBT" else sign)
        name, moves, _ = entries.get(row["version"], (row["entry"], [], []))
        moves.append(f"{row['kind']} {row['points']} {row['slug']}")
        entries[row["version"]] = (name, moves, list(counters.values()))
    return [
        f"| {name} | {', '.join(moves)} | {' | '.join(map(str, after))} |" for name, moves, after in entries.values()
    ]


async def test_the_example_happens_as_it_is_told(books: Books) -> None:
    ann = await books.member()
    bought = books.purchase(ann, books.award(100), books.award(50, wait=14 * DAY, sponsor_id=books.maker.partner_id))
    await books.posted(Door.PURCHASES, bought)
    books.now += 14 * DAY
    held = await books.hold(ann, 120)
    captured = await books.end_hold(ann, held, 110)
    await books.reverse(ann, captured, 5)
    books.now += timedelta(hours=1)
    await books.give_back(ann, bought, 100, 20)
    await books.earn(ann, 500, sponsor_id=books.maker.partner_id)
    assert await played(books) == told()
