"""Statements as they are written by hand, and as the graph and paper show them."""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdf

Lines = list[tuple[str, str, str, Decimal, Decimal, Decimal]]
"""Kind, who owes, to whom, the base, the share of it that is due, and the amount."""


def written(lines: str) -> Lines:
    """Lines of words: kind, who owes, whom, points and price, or a base and no price, share, amount."""
    found: Lines = []
    for kind, debtor, creditor, basis, price, share, amount in map(str.split, lines.strip().splitlines()):
        base = Decimal(basis) * (1 if price == "-" else Decimal(price))
        found.append((kind, debtor, creditor, base.normalize(), Decimal(share).normalize(), Decimal(amount)))
    return found


def shown(lines: list[dict[str, Any]]) -> Lines:
    """The same, of lines as the graph shows them."""
    found: Lines = []
    for one in lines:
        base = Decimal(one["base"]) if one["points"] is None else Decimal(one["points"]) * Decimal(one["price"])
        debtor, creditor = (
            (one[side] or {"slug": one[f"{side}Role"].lower()})["slug"] for side in ("debtor", "creditor")
        )
        share = Decimal(one["share"]).normalize()
        found.append((one["kind"], debtor, creditor, base.normalize(), share, Decimal(one["amount"])))
    return found


def party(said: dict[str, Any]) -> str:
    """A partner's short name, or which account of the house it is."""
    slug: str = (said["partner"] or {"slug": said["role"].lower()})["slug"]
    return slug


def by_party(positions: list[dict[str, Any]]) -> dict[str, Decimal]:
    """Nets that are not nothing."""
    found = {party(one["party"]): Decimal(one["net"]["amount"]) for one in positions}
    return {name: net for name, net in found.items() if net}


def turned_away(answer: Any) -> str:
    """The code of an answer without data."""
    return str(answer.json()["errors"][0]["extensions"]["code"])


def words(pdf: bytes) -> str:
    """All words of a PDF, with plain spaces."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


async def checked_elsewhere(proof: Path, digest: str) -> tuple[int | None, str]:
    """What `hansa verify proof` says where there is no database: its exit code and its words."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("HANSA", "PG"))}
    command = (sys.executable, "-m", "hansa", "verify", "proof", str(proof), "--digest", digest)
    checked = await asyncio.create_subprocess_exec(*command, env=bare, stdout=asyncio.subprocess.PIPE)
    said, _ = await checked.communicate()
    return checked.returncode, said.decode()
