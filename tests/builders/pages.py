"""A browser that reads our pages and sends their forms, as people do, but faster."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx


@dataclass
class Form:
    """A form as it stands on a page."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(eq=False)
class Page(HTMLParser):
    """What stands on a page."""

    answer: httpx.Response
    forms: list[Form] = field(default_factory=list)
    language: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their fields."""
        said = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = said.get("lang", "")
        elif tag == "form":
            self.forms.append(Form(said.get("action", "")))
        elif tag == "input" and self.forms and "name" in said and ("checked" in said or said.get("type") != "checkbox"):
            self.forms[-1].fields[said["name"]] = said.get("value", "")

    @property
    def text(self) -> str:
        """What is to be read, without its marks."""
        plain = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", self.answer.text, flags=re.DOTALL)
        return " ".join(unescape(plain).split())

    def form(self, action: str, **wanted: str) -> Form:
        """The form that goes to an address, with these values in it."""
        found = [one for one in self.forms if one.action == action and wanted.items() <= one.fields.items()]
        assert found, f"no form to {action} with {wanted} on {self.text}"
        return found[0]


@dataclass(frozen=True)
class Reader:
    """Somebody in front of a browser."""

    browser: httpx.AsyncClient
    origin: str

    async def open(self, path: str, **headers: str) -> Page:
        """Go to a page, and on to where it leads within the site."""
        return await self._arrive(await self.browser.get(path, headers=headers))

    async def send(self, form: Form, *, follow: bool = True, **typed: Any) -> Page:
        """Send a form with what was typed into it; a value of None leaves a field out."""
        filled = {name: value for name, value in {**form.fields, **typed}.items() if value is not None}
        answer = await self.browser.post(form.action, data=filled, headers={"Origin": self.origin})
        return await self._arrive(answer) if follow else Page(answer)

    async def _arrive(self, answer: httpx.Response) -> Page:
        while answer.is_redirect and answer.headers["location"].startswith("/"):
            answer = await self.browser.get(answer.headers["location"])
        return Page(answer)
