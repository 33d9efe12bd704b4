"""Sheets are set by Typst: PDF/A-2a and PDF/UA-1, tagged, with embedded fonts; the same sheet gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.resources import files

import typst

from hansa.paper.sheet import Sheet

STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
PICTURE_DPI = 110.0


def pdf(sheet: Sheet, *, made_at: datetime) -> bytes:
    """The sheet as an archivable, accessible PDF; `made_at` is told in its metadata."""
    return typst.compile(
        _template(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=_inputs(sheet),
        pdf_standards=list(STANDARDS),
        timestamp=made_at,
    )


def pictures(sheet: Sheet, *, dpi: float = PICTURE_DPI) -> list[bytes]:
    """Each page of the sheet as a PNG."""
    made = typst.compile(_template(), format="png", ignore_system_fonts=True, sys_inputs=_inputs(sheet), ppi=dpi)
    return [made] if isinstance(made, bytes) else list(made)


def _inputs(sheet: Sheet) -> dict[str, str]:
    return {"sheet": json.dumps(asdict(sheet), ensure_ascii=False), "seal": _seal()}


@cache
def _template() -> bytes:
    return files("hansa.paper").joinpath("templates", "sheet.typ").read_bytes()


@cache
def _seal() -> str:
    return files("partners.sign_in").joinpath("static", "seal.svg").read_text(encoding="utf-8")
