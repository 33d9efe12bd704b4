"""What kinds of documents, lines and taxes are called on paper."""

from __future__ import annotations

from domain.coalition.models import TaxRule
from domain.invoicing.models import DocumentKind
from domain.settlement.lines import LineKind, MoneyLine, Source
from hansa.paper.words import PaperWords


def document(words: PaperWords, kind: DocumentKind) -> str:
    """What a document is called."""
    return {
        DocumentKind.INVOICE: words.gettext("Invoice"),
        DocumentKind.CREDIT_NOTE: words.gettext("Credit note"),
        DocumentKind.SELF_BILLED_INVOICE: words.gettext("Self-billed invoice"),
        DocumentKind.SELF_BILLED_CREDIT_NOTE: words.gettext("Self-billed credit note"),
        DocumentKind.INVOICE_REQUEST: words.gettext("Request for an invoice"),
        DocumentKind.SETTLEMENT_NOTE: words.gettext("Settlement note"),
    }[kind]


def heading(words: PaperWords, kind: LineKind) -> str:
    """What the lines of a kind stand under."""
    return {
        LineKind.ISSUANCE: words.gettext("Points awarded"),
        LineKind.CO_FUNDING: words.gettext("Points awarded in others' purchases"),
        LineKind.REDEMPTION: words.gettext("Points spent"),
        LineKind.MARGIN: words.gettext("Margin on points spent"),
        LineKind.REPAYMENT: words.gettext("Debts of points repaid"),
        LineKind.BENEFIT: words.gettext("Benefits in money"),
        LineKind.REVERSAL: words.gettext("Given back"),
        LineKind.BREAKAGE: words.gettext("Points expired"),
        LineKind.FEE: words.gettext("Fees"),
        LineKind.TAX: words.gettext("VAT"),
        LineKind.ADJUSTMENT: words.gettext("Adjustments"),
        LineKind.ROUNDING: words.gettext("Rounding"),
    }[kind]


def source(words: PaperWords, money: MoneyLine) -> str:
    """What a line was counted from."""
    if money.kind is LineKind.MARGIN:
        return words.gettext("Price less reimbursement, share due when points are spent")
    return {
        Source.ACCRUE: words.gettext("Share of the price due when points are awarded"),
        Source.ADJUST: words.gettext("Points given by hand"),
        Source.ADJUST_BACK: words.gettext("Points taken back by hand"),
        Source.ADJUST_MONEY: words.gettext("Adjustment in money"),
        Source.CLAWBACK: words.gettext("Points clawed back after returns"),
        Source.REDEEM: words.gettext("Reimbursement of points spent"),
        Source.UNREDEEM: words.gettext("Points that came back from redemptions"),
        Source.REPAY: words.gettext("Points that paid a debt of points"),
        Source.EXPIRE: words.gettext("Share of what was paid for expired points"),
        Source.BENEFIT: words.gettext("Benefits given"),
        Source.BENEFIT_BACK: words.gettext("Benefits taken back"),
        Source.FEE_PER_POINT: words.gettext("Fee per point awarded"),
        Source.FEE_SHARE: words.gettext("Fee as a share of the charge for points awarded"),
        Source.FEE_FIXED: words.gettext("Fixed fee"),
        Source.FEE_MINIMUM: words.gettext("Supplement to the minimum fee"),
        Source.TAX_OF_SUPPLY: words.gettext("On what the operator supplied"),
        Source.TAX_OF_CREDIT: words.gettext("On what the partner supplied"),
        Source.ROUNDING: words.gettext("The rounded sum of exact amounts, less the sum of rounded lines"),
    }[money.origin.source]


def tax(words: PaperWords, rule: TaxRule) -> str:
    """How something is taxed, in the words that the directive asks for (2006/112/EC, article 226 (11), (11a))."""
    return {
        TaxRule.STANDARD: words.gettext("VAT"),
        TaxRule.REVERSE_CHARGE: _with_english(words, words.gettext("Reverse charge"), "Reverse charge"),
        TaxRule.EXEMPT: _with_english(words, words.gettext("Exempt from VAT"), "Exempt from VAT"),
    }[rule]


def self_billing(words: PaperWords) -> str:
    """The words for what the customer writes (article 226 (10a))."""
    return _with_english(words, words.gettext("Self-billing"), "Self-billing")


def _with_english(words: PaperWords, said: str, english: str) -> str:
    """The partner's own word, and the English one for whoever audits the group."""
    return said if words.language == "en" else f"{said} ({english})"
