"""What invoices and statements have in common on paper: companies, lines, tax, proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote
from uuid import UUID

from domain.coalition.models import Partner, TaxRule
from domain.invoicing.companies import Company
from domain.invoicing.dividing import TaxPart
from domain.settlement.lines import LineKind, MoneyLine
from domain.settlement.models import Cycle
from domain.settlement.parties import Party
from domain.values import minor_digits
from hansa.paper import sayings
from hansa.paper.sheet import Fact, Grid, Group, Side
from hansa.paper.words import PaperWords

FOUR = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A line as it stands on one paper: its amount with the paper's own sign."""

    money: MoneyLine
    amount: Decimal
    other: Party
    corrects: Sequence[str] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How one paper is written."""

    words: PaperWords
    currency: str
    names: Mapping[UUID, str]
    issuer: str
    """The address of the service, without a path."""

    @property
    def digits(self) -> int:
        """How many decimals the currency has."""
        return minor_digits(self.currency)

    def columns(self) -> tuple[str, ...]:
        """What stands over the lines."""
        say = self.words.gettext
        return (say("Description"), say("Quantity or base"), say("Price"), say("Share"), self.currency)

    def groups(self, lines: Iterable[PaperLine]) -> tuple[Group, ...]:
        """Lines under the headings of their kinds."""
        found: dict[LineKind, list[PaperLine]] = {}
        for line in lines:
            found.setdefault(line.money.kind, []).append(line)
        return tuple(self._group(kind, found[kind]) for kind in LineKind if kind in found)

    def _group(self, kind: LineKind, lines: Sequence[PaperLine]) -> Group:
        return Group(
            heading=sayings.heading(self.words, kind),
            total=self.words.amount(sum((line.amount for line in lines), Decimal(0)), self.currency),
            rows=tuple(self._row(line) for line in lines),
        )

    def _row(self, line: PaperLine) -> tuple[str, ...]:
        money, words = line.money, self.words
        return (
            self._what(line),
            self._basis(money),
            "" if money.price is None else words.price(money.price),
            "" if money.share == 1 else words.share(money.share),
            words.amount(line.amount, self.currency),
        )

    def _what(self, line: PaperLine) -> str:
        said = [line.note or sayings.source(self.words, line.money)]
        if line.other.partner_id is not None:
            said.append(self.names[line.other.partner_id])
        if line.corrects:
            corrects = self.words.gettext("corrects %(documents)s")
            said.append(corrects % {"documents": ", ".join(line.corrects)})
        return " · ".join(said)

    def _basis(self, money: MoneyLine) -> str:
        if money.points is not None:
            said = self.words.ngettext("%(count)s point", "%(count)s points", money.points)
            return said % {"count": self.words.count(money.points)}
        return self.words.exact(money.base, self.digits) if money.base else ""

    def taxes(self, parts: Iterable[tuple[str, TaxPart]]) -> Grid:
        """The table of tax, each row with the words for whose it is."""
        words, say = self.words, self.words.gettext
        return Grid(
            columns=(say("Tax"), say("Rate"), say("Taxable amount"), say("Tax amount")),
            rows=tuple(
                (
                    " · ".join(filter(None, (sayings.tax(words, part.rule), whose))),
                    words.share(part.rate) if part.rule is TaxRule.STANDARD else "",
                    words.exact(part.base, self.digits),
                    words.amount(part.tax, self.currency),
                )
                for whose, part in parts
            ),
        )

    def side(self, heading: str, company: Company) -> Side:
        """A company with its address, numbers and account."""
        say = self.words.gettext
        street = " ".join(filter(None, (company.get("street"), company.get("building"))))
        town = " ".join(filter(None, (company.get("post_code"), company.get("town"))))
        country = company.get("country")
        labelled = (
            (say("Registration"), company.get("registration")),
            (say("VAT number"), company.get("tax_number")),
            ("IBAN", in_fours(company.get("iban"))),
            ("BIC", company.get("bic")),
        )
        place = [street, town, self.words.locale.territories.get(country, country) if country else None]
        numbers = [f"{label} {value}" for label, value in labelled if value]
        return Side(heading=heading, name=str(company["name"]), lines=tuple(filter(None, [*place, *numbers])))

    def proof(self, cycle: Cycle) -> tuple[Fact, ...]:
        """What ties the paper to the sealed books."""
        say = self.words.gettext
        root, digest = cycle.merkle_root, cycle.digest
        facts = ((say("Merkle root of the cycle"), root), (say("Digest of the settlement"), digest))
        return tuple((label, value.hex()) for label, value in facts if value is not None)

    def drill_down(self, cycle: Cycle, whose: Partner) -> Fact:
        """Where each line opens down to the movements of points."""
        place = "/".join(quote(part, safe="") for part in (cycle.name, whose.slug))
        return self.words.gettext("Down to each movement of points"), f"{self.issuer}/console/statements/{place}"


def in_fours(number: str | None) -> str | None:
    """A long number as people read it."""
    plain = (number or "").replace(" ", "")
    return " ".join(plain[start : start + FOUR] for start in range(0, len(plain), FOUR)) or None


def other_side(money: MoneyLine, party: Party) -> Party:
    """Who stands on the other side of a line."""
    return money.creditor if money.debtor == party else money.debtor
