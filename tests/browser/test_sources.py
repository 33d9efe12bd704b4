"""The frontend's sources by their own measures: types against the contract, tests, sizes, and a lock without hosts."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from hansa.building import SOURCES, prepared, run
from hansa.node import Node, find_node
from tests.browser.serving import WORKSHOP, bundle, in_the_browsers_loop, need_node

pytestmark = pytest.mark.browser

LARGEST_MEMBER_ENTRY = 200_000
FONTS = re.compile(r"(latin-400|latin-600)")


@in_the_browsers_loop
async def node() -> Node:
    """Node.js, with the sources and packages in the workshop."""
    need_node()
    node = find_node()
    assert node is not None
    await bundle()
    await prepared(WORKSHOP, node)
    return node


async def test_the_pages_agree_with_the_published_contract(node: Node) -> None:
    tada = [node.program, "node_modules/gql.tada/bin/cli.js"]
    await run(WORKSHOP, node, [*tada, "generate", "output"])
    await run(WORKSHOP, node, [node.program, "node_modules/typescript/bin/tsc", "--noEmit"])


async def test_the_pages_own_tests_pass(node: Node) -> None:
    await run(WORKSHOP, node, [node.program, "node_modules/vitest/vitest.mjs", "run"])


@pytest.mark.usefixtures("node")
async def test_the_members_entry_stays_small() -> None:
    pages = await bundle()
    html = (pages / "app" / "index.html").read_text()
    first = re.findall(r'(?:src|href)="/(assets/[^"]+)"', html)
    assert not [name for name in first if "console" in name]
    carried = sum(_travelling(pages / name) for name in {*first, *_fonts(pages)})
    assert carried <= LARGEST_MEMBER_ENTRY, carried


@pytest.mark.usefixtures("node")
async def test_no_page_holds_a_script_or_style_of_its_own() -> None:
    for page in (await bundle()).glob("*/index.html"):
        html = page.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", html)
        assert "http://" not in html
        assert "https://" not in html


def test_the_lock_names_no_host_and_pins_by_hash() -> None:
    lock = (SOURCES / "package-lock.json").read_text()
    assert "://" not in lock
    assert "omit-lockfile-registry-resolved=true" in (SOURCES / ".npmrc").read_text()
    assert lock.count('"integrity"') >= lock.count('"node_modules/') * 0.99
    assert not re.search(r'": "[\^~><]', (SOURCES / "package.json").read_text().partition('"dependencies"')[2])


def _fonts(pages: Path) -> list[str]:
    return [f"assets/{path.name}" for path in (pages / "assets").glob("*.woff2") if FONTS.search(path.name)]


def _travelling(path: Path) -> int:
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(gzip.compress(content, 9))
