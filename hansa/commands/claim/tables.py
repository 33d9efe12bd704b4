"""Claims for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.table import Table

from domain.claims.models import Claim, ClaimState
from domain.claims.terms import ClaimProgramme
from domain.values import Money
from hansa.commands.desk import Desk


def programmes_table(desk: Desk, programmes: Sequence[ClaimProgramme]) -> Table:
    """Programmes, each on a line."""
    table = _table("Claim programmes", "name", "whose", "kind", "for", "proof", "state", "version")
    for one in programmes:
        proofs = " or ".join(sorted(proof.lower() for proof in one.terms.proofs))
        whose = desk.partners[one.partner_id].name
        table.add_row(
            one.terms.name,
            whose,
            one.terms.kind,
            one.terms.claimants.lower(),
            proofs,
            one.state.lower(),
            str(one.version),
        )
    return table


def claims_table(desk: Desk, claims: Sequence[Claim], *, now: datetime) -> Table:
    """Claims, each on a line: how old, and until when somebody decides."""
    table = _table("Claims", "claim", "whose", "article", "units", "state", "age", "decide by", "points")
    for one in claims:
        open_still = one.state == ClaimState.PENDING
        late = " !" if open_still and one.decide_by <= now else ""
        table.add_row(
            str(one.claim_id),
            desk.partners[one.partner_id].name,
            one.sku or "",
            f"{one.units:,}",
            one.state.lower(),
            f"{(now - one.claimed_at).days} days",
            f"{one.decide_by:%Y-%m-%d}{late}" if open_still else "",
            f"{one.points:,}" if one.paid_at else "",
        )
    return table


def claim_part(desk: Desk, claim: Claim) -> Table:
    """One claim, part by part."""
    table = _table(f"Claim {claim.claim_id}", "", "")
    table.show_header = False
    refused = f", {claim.refusal.replace('_', ' ').lower()}" if claim.refusal else ""
    table.add_row("state", f"{claim.state.lower()}{refused}")
    table.add_row("decided and paid by", desk.partners[claim.partner_id].name)
    if claim.employer_id is not None:
        table.add_row("sold for", desk.partners[claim.employer_id].name)
    value = "" if claim.value is None else f" worth {Money.of_minor(claim.value, desk.currency).amount} {desk.currency}"
    table.add_row("what", f"{claim.units:,} {claim.sku or 'units'}{value}")
    table.add_row("happened", f"{claim.happened_at:%Y-%m-%d %H:%M}")
    for name, said in sorted(claim.proof.items()):
        table.add_row(name.replace("_", " "), str(said))
    table.add_row("in our books", "yes" if claim.purchase_entry_id else "no")
    table.add_row("approvals", f"{claim.approvals} of {claim.approvals_needed}, by {claim.decide_by:%Y-%m-%d}")
    if claim.paid_at is not None:
        back = f", {claim.taken_units:,} units taken back" if claim.taken_units else ""
        table.add_row("paid", f"{claim.points:,} points{back}")
    return table


def plain(desk: Desk, programme: ClaimProgramme) -> dict[str, Any]:
    """A programme for programs."""
    return {
        "id": str(programme.programme_id),
        "version": programme.version,
        "partner": desk.partners[programme.partner_id].slug,
        "state": programme.state,
        "terms": programme.terms.to_json(),
        "live_from": programme.live_from and programme.live_from.isoformat(),
        "live_until": programme.live_until and programme.live_until.isoformat(),
    }


def plain_claim(desk: Desk, claim: Claim) -> dict[str, Any]:
    """A claim for programs; without whose it is."""
    employer = claim.employer_id and desk.partners[claim.employer_id].slug
    return {
        "id": str(claim.claim_id),
        "partner": desk.partners[claim.partner_id].slug,
        "employer": employer,
        "state": claim.state,
        "refusal": claim.refusal,
        "sku": claim.sku,
        "units": claim.units,
        "value": claim.value,
        "proof": claim.proof,
        "points": claim.points,
        "taken_back": claim.taken_units,
        "claimed_at": claim.claimed_at.isoformat(),
        "decide_by": claim.decide_by.isoformat(),
        "paid_at": claim.paid_at and claim.paid_at.isoformat(),
    }


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in {"units", "points", "version"} else "left")
    return table
