"""The words of papers in five languages, and how amounts, days and numbers are written on them.

English stands in the modules themselves; each other language has its catalogues (gettext's .po files) in locales/.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from domain.languages import LANGUAGES, Speech, locale_of, translations

__all__ = ["LANGUAGES", "PaperWords", "words_in"]

PRICE_DIGITS = 4
"""How many a price has at least."""

_MONEY = {"en": "¤¤\N{NO-BREAK SPACE}#,##0.00"}
_MONEY_ELSEWHERE = "#,##0.00\N{NO-BREAK SPACE}¤¤"


class PaperWords(Speech):
    """One language on paper."""

    def day(self, day: date) -> str:
        """A day, as in "3 Mar 2027"."""
        return format_date(day, "medium", self.locale)

    def day_of(self, instant: datetime, zone: ZoneInfo) -> str:
        """The day of an instant where the coalition is."""
        return self.day(instant.astimezone(zone).date())

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency."""
        form = _MONEY.get(self.language, _MONEY_ELSEWHERE)
        return _minus(format_currency(amount, currency, form, locale=self.locale))

    def amount(self, amount: Decimal, currency: str) -> str:
        """An amount under a heading that names the currency."""
        return _minus(format_currency(amount, currency, "#,##0.00", locale=self.locale))

    def exact(self, amount: Decimal, digits: int) -> str:
        """An amount with all its digits, and as many as the currency has at least."""
        plain = amount.normalize()
        shown = max(digits, -int(plain.as_tuple().exponent))
        return _minus(format_decimal(plain, f"#,##0.{'0' * shown}" if shown else "#,##0", locale=self.locale))

    def count(self, number: int) -> str:
        """A whole number."""
        return _minus(format_decimal(number, locale=self.locale))

    def price(self, price: Decimal) -> str:
        """The price of one point, with all its digits."""
        return self.exact(price, PRICE_DIGITS)

    def share(self, share: Decimal) -> str:
        """A share or a rate in per cent."""
        return str(format_percent(share.normalize(), locale=self.locale, decimal_quantization=False))


@cache
def words_in(language: str) -> PaperWords:
    """The words of a language."""
    return PaperWords(language, locale_of(language), translations(language, "hansa.paper"))


def _minus(figure: str) -> str:
    """A real minus, as finance prints it."""
    return figure.replace("-", "\N{MINUS SIGN}")
