"""`hansa proof` writes the proof of a statement line; `hansa verify proof` checks one with nothing but the file."""
# ruff: noqa: PLC0415 - each command imports what it needs, so that --help answers at once

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from hansa import reporting

if TYPE_CHECKING:
    from domain.audit.checking import Checked
    from hansa.commands.desk import Desk

NOT_PROVEN = 1

Json = Annotated[bool, typer.Option("--json", help="Report as JSON, for programs.")]


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    """One thing that a proof has to show."""

    verdict: str
    what: str


def prove(
    line: Annotated[UUID, typer.Argument(help="The line's id, as `hansa settle statement --json` tells it.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """Write the proof that a line is part of what was approved: for the partner, an auditor, a court."""
    from domain.audit.proofs import prove_line
    from hansa.commands.desk import at_desk

    async def proven(desk: Desk) -> str:
        return await desk.ctx.read(prove_line, line)

    out.write_text(at_desk(proven), encoding="utf-8")
    reporting.say(f"Written: {out}. Whoever has it checks it with: hansa verify proof {out}")


def check(
    file: Annotated[Path, typer.Argument(help="The proof, as the API or `hansa proof` wrote it.", exists=True)],
    digest: Annotated[str | None, typer.Option(help="The digest on your statement, to hold the proof against.")] = None,
    *,
    json: Json = False,
) -> None:
    """Check the proof of a statement line; needs no database, no network and no trust in who wrote it."""
    from domain.audit import checking

    found = checking.check(file.read_bytes(), digest=digest)
    if json:
        reporting.as_json({"proven": found.holds, **asdict(found)})
    else:
        _tell(found, compared=digest is not None)
    if not found.holds:
        raise typer.Exit(NOT_PROVEN)


def _tell(found: Checked, *, compared: bool) -> None:
    reporting.say(f"{found.coalition}, cycle {found.cycle}: {_line(found)}")
    reporting.table([CheckLine(verdict="ok" if one.holds else "wrong", what=one.what) for one in found.checks])
    if not found.holds:
        reporting.complain("The line is NOT proven.")
    elif compared:
        reporting.say("The line is proven to be part of what your statement's digest stands for.")
    else:
        reporting.say(f"The line is proven for the cycle with the digest {found.digest}:")
        reporting.say("compare it with the digest on your statement, or give that with --digest.")


def _line(found: Checked) -> str:
    line = found.line
    basis = f"{line['points']} points at {line['price']}" if "points" in line else f"{line['base']}"
    return f"{line['kind']} of {line['amount']} ({basis}, share {line.get('share', '1')})"
