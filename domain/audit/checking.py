"""A proof is checked with nothing but the proof: SHA-256, sums and products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from domain import merkle
from domain.audit.errors import ProofUnreadable
from domain.audit.movements import Movement
from domain.audit.proofs import FORM
from domain.settlement import digests
from domain.settlement.exact import ONE, exactly

Words = Mapping[str, str]

SPENDS = frozenset({"REDEEM", "UNREDEEM", "REPAY"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a proof has to show, and whether it does."""

    what: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a proof comes to."""

    coalition: str
    cycle: str
    digest: str
    line: Words
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether all of it holds."""
        return all(check.holds for check in self.checks)


def check(document: str | bytes, *, digest: str | None = None) -> Checked:
    """Check a proof; against the digest of one's own statement, where that is given. Raises: ProofUnreadable."""
    try:
        return _checked(orjson.loads(document), digest)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as wrong:
        raise ProofUnreadable(str(wrong) or type(wrong).__name__) from None


def _checked(proof: Mapping[str, Any], digest: str | None) -> Checked:
    if proof["form"] != FORM:
        raise ProofUnreadable(f"its form is {proof['form']!r}, not {FORM!r}")
    roots = {name: bytes.fromhex(proof["roots"][name]) for name in ("entries", "movements", "statements")}
    line: Words = proof["line"]
    checks = [
        Check(
            what="the three roots make the digest of the cycle", holds=digests.joined(**roots).hex() == proof["digest"]
        ),
        Check(what="the line is in the statements that were approved", holds=_line_is_in(proof, roots["statements"])),
        Check(what="the line's basis, price and share come to its amount", holds=_comes_out(line)),
    ]
    if proof["movements"] is not None:
        checks += _movements(proof["movements"], line, roots["movements"])
    if digest is not None:
        checks.append(Check(what="the digest is that of your statement", holds=digest.lower() == proof["digest"]))
    return Checked(
        coalition=proof["coalition"],
        cycle=proof["cycle"]["name"],
        digest=proof["digest"],
        line=line,
        checks=tuple(checks),
    )


def _line_is_in(proof: Mapping[str, Any], root: bytes) -> bool:
    place = proof["place"]
    path = tuple(bytes.fromhex(node) for node in place["path"])
    inclusion = merkle.Inclusion(index=place["index"], size=place["size"], path=path)
    return merkle.verify(inclusion, digests.leaf("line", proof["line"]), root)


def _comes_out(line: Words) -> bool:
    with exactly():
        priced = Decimal(line["points"]) * Decimal(line["price"]) if "points" in line else Decimal(line["base"])
        exact = priced * Decimal(line.get("share", ONE))
        return exact == Decimal(line["exact"]) and exact + Decimal(line["rounding"]) == Decimal(line["amount"])


def _movements(said: Mapping[str, Any], line: Words, root: bytes) -> list[Check]:
    found = {one["place"]: _movement(one) for one in said["found"]}
    nodes = tuple(bytes.fromhex(node) for node in said["nodes"])
    rebuilt = merkle.root_with(
        merkle.Several(said["size"], nodes), {place: movement.leaf() for place, movement in found.items()}
    )
    counts = _counted(line)
    distinct = len(found) == len(said["found"])
    total = sum(int(movement.points) for movement in found.values())
    return [
        Check(what=f"its {len(found):,} movements are in the sealed cycle", holds=distinct and rebuilt == root),
        Check(what="each of them belongs under this line", holds=all(counts(movement) for movement in found.values())),
        Check(what="together they are the line's points", holds=total == int(line["points"])),
    ]


def _movement(words: Mapping[str, Any]) -> Movement:
    return Movement(**{name: words[name] for name in Movement.__dataclass_fields__})


def _counted(line: Words) -> Callable[[Movement], bool]:
    """What a movement has to be, to be counted in a line: the same that settlement selects them by."""
    source, cycles = line["origin.source"], line.get("accrual_cycle_ids", "").split(",")
    kinds = {"ADJUST_BACK": {"ADJUST"}, "FEE_PER_POINT": {"ACCRUE", "ADJUST"}}.get(source, {source})
    of_sponsor = (line["origin.sponsor_id"], line["origin.contract_id"])

    def counts(movement: Movement) -> bool:
        return (
            movement.kind in kinds
            and (movement.sponsor_id, movement.sponsor_contract_id) == of_sponsor
            and (cycles == [""] or movement.accrual_cycle_id in cycles)
            and _debited(movement, source)
            and (source not in SPENDS or _same_redeemer(movement, line))
            and (source != "ACCRUE" or (movement.partner_id == movement.sponsor_id) == (line["kind"] != "CO_FUNDING"))
        )

    return counts


def _debited(movement: Movement, source: str) -> bool:
    match source:
        case "ADJUST" | "FEE_PER_POINT":
            return movement.debit == "ISSUED"
        case "ADJUST_BACK":
            return movement.debit != "ISSUED"
        case "CLAWBACK":
            return movement.debit != "DEBT"
        case _:
            return True


def _same_redeemer(movement: Movement, line: Words) -> bool:
    named = (line.get("origin.redeemer_id", ""), line.get("origin.redeemer_contract_id", ""))
    return (movement.redeemer_id, movement.redeemer_contract_id) == named
