"""Refusals of invoicing."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import Conflict, NotFound


class InvoiceNotFound(NotFound):
    """There is no such document, or the viewer may not see it."""

    code = "INVOICE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such document, or none that you may see.")


class CompanyIncomplete(Conflict):
    """A tax document cannot be issued, because what the law wants on it is not known of a company."""

    code = "COMPANY_INCOMPLETE"

    def __init__(self, company: str, lacking: Sequence[str]) -> None:
        self.company = company
        self.lacking = tuple(lacking)
        super().__init__(
            f"{company} has no {', '.join(lacking)}, which an invoice with tax names; give it, then instruct again",
            path=("company",),
        )
