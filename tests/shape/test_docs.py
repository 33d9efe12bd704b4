"""What a reader is promised to find in the documents is there."""

from __future__ import annotations

import json
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest
from graphql import ObjectTypeDefinitionNode, parse

import domain
import partners
from domain.errors import DomainError
from partners.scopes import Scope
from schema.root import printed
from tests.shape.tree import ROOT

ERRORS = ROOT / "docs" / "errors.md"
SCOPES = ROOT / "docs" / "access.md"
WORDS = ROOT / "frontend-demo" / "src" / "locales"
LONGEST_REFUSAL = 220
"""Characters; what is longer is not read."""
MECHANICS = ROOT / "docs" / "mechanics.md"
CONTRACT = ROOT / "schema" / "schema.graphql"
ROOTS = {"Query", "Mutation", "Subscription"}


def _refusals(of: type[DomainError] = DomainError) -> set[str]:
    ours = {of.code} if of.__module__.startswith(("domain", "partners")) else set()
    return ours.union(*(_refusals(one) for one in of.__subclasses__()))


def test_every_refusal_has_a_heading_that_says_what_to_do() -> None:
    for floor in (domain, partners):
        for module in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}."):
            import_module(module.name)
    headings = re.findall(r"^#+ `?([A-Z_]+)`?$", ERRORS.read_text(), re.MULTILINE)
    assert _refusals() - set(headings) == set()
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize("language", ["lv", "bg", "fi", "hu"])
def test_the_pages_say_every_refusal_in_every_language_but_the_servers_own(language: str) -> None:
    words = json.loads((WORDS / language / "refusals.json").read_text(encoding="utf-8"))
    assert list(words) == re.findall(r"^#+ `?([A-Z_]+)`?$", ERRORS.read_text(), re.MULTILINE)
    assert all(0 < len(text) <= LONGEST_REFUSAL for text in words.values())


def test_every_scope_is_explained() -> None:
    explained = set(re.findall(r"^\| `([a-z]+:[a-z]+)` \|", SCOPES.read_text(), re.MULTILINE))
    assert explained == {scope.value for scope in Scope}


def test_the_committed_contract_is_the_schemas() -> None:
    assert CONTRACT.read_text() == printed(), "python3 run.py schema > schema/schema.graphql"


def test_every_operation_of_the_mechanics_is_in_the_contract() -> None:
    named = set(re.findall(r"`(\w+)`", MECHANICS.read_text(encoding="utf-8")))
    roots = [
        one
        for one in parse(CONTRACT.read_text()).definitions
        if isinstance(one, ObjectTypeDefinitionNode) and one.name.value in ROOTS
    ]
    assert named - {field.name.value for root in roots for field in root.fields or ()} == set()
    assert len(named) > 50


def test_every_link_within_the_documents_leads_somewhere() -> None:
    dead = []
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))):
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", text):
            path, _, anchor = "".join(link).partition("#")
            there = (page.parent / path).resolve() if path else page
            if ":" not in path and not (there.exists() and (not anchor or anchor in _anchors(there))):
                dead.append((page.name, "".join(link)))
    assert dead == []


def _anchors(page: Path) -> set[str]:
    """The places of a page that a link can lead to, as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
