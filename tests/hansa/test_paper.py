"""Sheets of paper: in every language, with one line and with hundreds, archivable, and the same for the same state."""

from __future__ import annotations

import io
import re
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from uuid import UUID

import pypdf
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from domain.coalition.models import TaxRule
from domain.ids import PartnerId
from domain.invoicing.models import DocumentKind
from domain.settlement.lines import LineKind, MoneyLine, Origin, Source
from domain.settlement.parties import OPERATOR, partner
from hansa.paper import sayings, statements, typesetting
from hansa.paper.parts import PaperLine, Writing
from hansa.paper.sheet import Sheet, Side, Total
from hansa.paper.statement_files import TRANSFER_COLUMNS
from hansa.paper.statements import Payment
from hansa.paper.tables import ROWS_AT_ONCE, Form, Row, plain, pour
from hansa.paper.words import LANGUAGES, words_in
from tests.builders.catalogues import Key, catalogue_at, entries_of

FOLDER = Path(__file__).parents[2] / "hansa" / "paper"
FOREIGN = [language for language in LANGUAGES if language != "en"]
HOLES = re.compile(r"%\((\w+)\)s")
KEYWORDS = {"gettext": None, "say": None, "ngettext": (1, 2)}
MADE = datetime(2026, 12, 1, tzinfo=UTC)
P = partner(PartnerId(UUID(int=1)))


@cache
def spoken() -> dict[Key, str]:
    """What the modules say, each with the file that says it."""
    found = extract_from_dir(FOLDER, [("**.py", "python")], keywords=KEYWORDS)
    return {said: where for where, _, said, _, _ in found}


@cache
def catalogue(language: str) -> Catalog:
    """The words of a language."""
    return catalogue_at(FOLDER / "locales" / language / "paper.po")


@pytest.mark.parametrize("language", FOREIGN)
def test_no_word_is_missing_left_over_or_empty(language: str) -> None:
    entries = dict(entries_of(catalogue(language)))
    assert entries.keys() == spoken().keys()
    assert len(spoken()) > 80
    for key, forms in entries.items():
        assert all(form.strip() for form in forms), key
        assert len(forms) == (1 if isinstance(key, str) else catalogue(language).num_plurals)
        wanted = set(HOLES.findall(key if isinstance(key, str) else key[-1]))
        assert all(set(HOLES.findall(form)) == wanted for form in forms), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_document_line_and_tax_has_a_name(language: str) -> None:
    words = words_in(language)
    assert len({sayings.document(words, kind) for kind in DocumentKind}) == len(DocumentKind)
    assert len({sayings.heading(words, kind) for kind in LineKind}) == len(LineKind)
    said = [sayings.source(words, a_line(Source(source)).money) for source in Source]
    assert len(set(said)) == len(said)
    assert "Reverse charge" in sayings.tax(words, TaxRule.REVERSE_CHARGE)
    assert "Exempt from VAT" in sayings.tax(words, TaxRule.EXEMPT)
    assert "Self-billing" in sayings.self_billing(words)


def a_line(source: Source = Source.ACCRUE, amount: str = "12.34") -> PaperLine:
    """A line as it stands on paper."""
    money = MoneyLine(
        kind=LineKind.ISSUANCE,
        origin=Origin(source=source),
        debtor=P,
        creditor=OPERATOR,
        points=1_234_567,
        price=Decimal("0.010500"),
        share=Decimal("0.4"),
        exact=Decimal(amount),
        rounding=Decimal(0),
        amount=Decimal(amount),
    )
    return PaperLine(money=money, amount=Decimal(amount), other=OPERATOR)


def a_sheet(language: str, lines: int, **changes: object) -> Sheet:
    """A sheet with so many lines."""
    words = words_in(language)
    writing = Writing(words=words, currency="EUR", names={UUID(int=1): "P"}, issuer="https://hansa.example")
    side = Side(heading=words.gettext("Seller"), name="Ķīšu Őszi Äyriäinen ООД", lines=("Brīvības iela 1", "LV-1010"))
    sheet = Sheet(
        language=language,
        house="Operator AS",
        title=words.gettext("Invoice"),
        number="I-2026-00001",
        seller=side,
        buyer=side,
        facts=((words.gettext("Date of issue"), words.day(date(2026, 12, 1))),),
        laws=(sayings.tax(words, TaxRule.REVERSE_CHARGE),),
        columns=writing.columns(),
        groups=writing.groups([a_line(amount=f"-{number}.5") for number in range(lines)]),
        totals=(Total(words=words.gettext("Total"), amount=words.money(Decimal("-1234.5"), "EUR"), strong=True),),
        pages=words.gettext("Page %(page)s of %(pages)s"),
        subject="Invoice I-2026-00001",
        proof_heading=words.gettext("Proof"),
        proof=(("root", "ab" * 32),),
    )
    return replace(sheet, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lines", [1, 300])
def test_a_sheet_is_set_whole_in_each_language(language: str, lines: int) -> None:
    content = typesetting.pdf(a_sheet(language, lines), made_at=MADE)
    reader = pypdf.PdfReader(io.BytesIO(content))
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]
    words = words_in(language)
    assert len(pages) == (1 if lines == 1 else 9) or lines > 1 < len(pages)
    for number, page in enumerate(pages, start=1):
        assert words.gettext("Page %(page)s of %(pages)s") % {"page": number, "pages": len(pages)} in page
        if f"{words.count(1_234_567)}" in page:
            assert words.gettext("Description") in page, "each page repeats what stands over the lines"
    together = " ".join(pages)
    assert "Ķīšu Őszi Äyriäinen ООД" in together
    assert words.gettext("Reverse charge") in together
    points = re.sub(r"\s", " ", words.ngettext("%(count)s point", "%(count)s points", 1_234_567))
    assert together.count(re.sub(r"\s", " ", points % {"count": words.count(1_234_567)})) == lines
    fonts = {font for page in reader.pages for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert all("+" in font.get_object()["/BaseFont"] for font in fonts), "fonts are embedded"
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
    assert re.search(r"pdfaid:part>2<.*pdfaid:conformance>A<", metadata, re.DOTALL)
    assert re.search(r"pdfuaid:part>1<", metadata)
    assert str(reader.trailer["/Root"]["/Lang"]).startswith(language)  # type: ignore[index]


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert typesetting.pdf(a_sheet("hu", 3), made_at=MADE) == typesetting.pdf(a_sheet("hu", 3), made_at=MADE)


def test_what_is_not_final_says_so_across_every_page() -> None:
    content = typesetting.pdf(a_sheet("en", 120, across="PRO FORMA"), made_at=MADE)
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    assert len(pages) > 1
    assert all("PRO FORMA" in page.extract_text() for page in pages)


def test_markup_in_names_is_only_text() -> None:
    evil = '#panic("x") $1$ *b* <script> `raw` @ref = Heading \\ "'
    side = Side(heading="Buyer", name=evil, lines=(evil,))
    content = typesetting.pdf(a_sheet("en", 1, buyer=side, title=evil, subject=evil), made_at=MADE)
    words = re.sub(r"\s+", " ", pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text())
    assert '#panic("x") $1$ *b* <script>' in words


def test_figures_are_written_as_each_language_writes_them() -> None:
    amount = Decimal("-1234567.5")
    written = {language: words_in(language).money(amount, "EUR") for language in LANGUAGES}
    assert written["en"] == "−EUR\N{NO-BREAK SPACE}1,234,567.50"
    for language in FOREIGN:
        assert re.fullmatch(r"−1\s234\s567,50\sEUR", written[language]), language
    assert words_in("en").price(Decimal("0.010500")) == "0.0105"
    assert words_in("fi").price(Decimal("0.01")) == "0,0100"
    assert words_in("en").share(Decimal("0.400000")) == "40%"
    assert words_in("en").exact(Decimal("291.990600"), 2) == "291.9906"
    assert words_in("en").exact(Decimal(1200), 2) == "1,200.00"
    assert words_in("en").money(Decimal(1200), "JPY") == "JPY\N{NO-BREAK SPACE}1,200"


def test_a_payment_code_is_drawn_for_euros_to_a_known_account_and_for_nothing_else() -> None:
    to = {"name": "Operator AS", "iban": "LV07HABA0000000000001", "bic": "HABALV22"}
    payment = Payment(
        outgoing=True, other=to, amount=Decimal("12.34"), reference="RF35000010001000", due_on=date(2026, 12, 1)
    )
    payment = replace(payment, reference="RF96000010001000" + "0")
    assert "<svg" in (statements._code(payment, "EUR") or "")
    assert statements._code(payment, "USD") is None
    assert statements._code(replace(payment, other={"name": "X"}), "EUR") is None


def test_a_cell_of_csv_is_exact_and_no_formula() -> None:
    assert plain(Decimal("1E-7")) == "0.0000001"
    assert plain(Decimal("-12.50")) == "-12.50"
    assert plain(None) == ""
    assert plain("=HYPERLINK()") == "'=HYPERLINK()"
    assert plain("Olla") == "Olla"


@pytest.mark.parametrize("form", list(Form))
async def test_rows_of_a_large_file_are_never_all_in_memory(form: Form, tmp_path: Path) -> None:
    async def rows(count: int) -> AsyncIterator[Row]:
        for number in range(count):
            yield {"line": number, "exact": Decimal(number) / 8, "kind": "ACCRUE", "cycle": "2026-11"}

    async def peak(count: int) -> int:
        tracemalloc.start()
        poured = await pour(tmp_path / f"{count}.{form}", form, TRANSFER_COLUMNS, rows(count))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert poured == count
        return most

    few = await peak(2 * ROWS_AT_ONCE), await peak(2 * ROWS_AT_ONCE)
    assert await peak(8 * ROWS_AT_ONCE) < 1.5 * max(few)
