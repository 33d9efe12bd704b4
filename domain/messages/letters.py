"""A mail put together from messages: the same in plain text and in HTML, which loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from domain.messages.templates import Said
from domain.messages.wording import wording_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says, to whom, and where its links lead."""

    language: str
    house: str
    name: str | None = field(default=None, repr=False)
    """Whom it greets."""
    works_for: str | None = None
    """The partner of somebody who is told for its work; None for a member."""
    said: Sequence[Said]
    account: str
    """Where it can be looked at."""
    unsubscribe: str

    @property
    def subject(self) -> str:
        """Of one message its own, of several the house's."""
        if len(self.said) == 1:
            return self.said[0].subject
        return wording_in(self.language).gettext("News from %(house)s") % {"house": self.house}

    @property
    def text(self) -> str:
        """The mail in plain text."""
        w, lines = wording_in(self.language), [self.greeting]
        for one in self.said:
            lines += [one.subject.upper() if len(self.said) > 1 else "", one.text]
        lines += [f"{w.gettext('Look at it in your account')}:\n{self.account}", "--", self.why]
        lines.append(f"{w.gettext('No more mail like this')}:\n{self.unsubscribe}")
        return "\n\n".join(line for line in lines if line) + "\n"

    @property
    def html(self) -> str:
        """The mail as a page, in light and in dark."""
        return _environment(self.language).get_template("mail.html").render(letter=self)

    @property
    def greeting(self) -> str:
        """How it begins."""
        w = wording_in(self.language)
        return w.gettext("Hello %(name)s,") % {"name": self.name} if self.name else w.gettext("Hello,")

    @property
    def why(self) -> str:
        """Why one gets it."""
        w = wording_in(self.language)
        if self.works_for is not None:
            return w.gettext("You are told this because of your work for %(partner)s.") % {"partner": self.works_for}
        return w.gettext("You are told this because you are a member of %(house)s.") % {"house": self.house}


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("domain.messages", "layouts"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = wording_in(language).translations
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    return environment
