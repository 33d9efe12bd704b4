"""What the pages cost on a phone: what travels, when something is seen, when it can be used, what jumps meanwhile.

python benchmarks/frontend.py postgresql://owner@host/empty_database [--json report.json]

The made-up month of the demonstration is lived in the database, the pages are built and served by the real server, and
Chromium looks at them with a slow line (1.6 Mbit/s, 150 ms there and back) and a processor four times slower. Exits
with 1 where the members' entry misses a budget or a check.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import uvicorn
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright
from pydantic import SecretStr

from domain.storage import opened
from hansa.asgi import create_app
from hansa.building import Workshop, build
from hansa.commands.access import sign_in_link
from hansa.frontend import Frontend
from hansa.journey import cast
from hansa.journey.founding import found
from hansa.journey.living import Life
from hansa.journey.made_up import MadeUp
from hansa.journey.staging import last_day, stage
from hansa.migrating import migrate
from hansa.settings import Settings
from partners.keys import derive

KEY = SecretStr("a key for benchmarks only, long enough to be taken")
DAYS = 31
RUNS = 5
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
SLOW_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4
QUIET_MS = 3_000
BUDGETS = {"first load, KB": 200.0, "interactive, ms": 2_000.0, "layout shift": 0.02}
"""Of the members' entry: the most there may be."""

WATCHING = """(shownBy) => {
    const seen = (window.seen = { paints: {}, lcp: 0, shift: 0, long: [], shown: 0 });
    const watch = (type, take) =>
        new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
    watch("paint", (entry) => (seen.paints[entry.name] = entry.startTime));
    watch("largest-contentful-paint", (entry) => (seen.lcp = entry.startTime));
    watch("layout-shift", (entry) => entry.hadRecentInput || (seen.shift += entry.value));
    watch("longtask", (entry) => seen.long.push([entry.startTime, entry.startTime + entry.duration]));
    const look = () => document.querySelector(shownBy) && (seen.shown ||= performance.now());
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
}"""
CHECKS = """() => {
    const faces = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
        .filter((rule) => rule instanceof CSSFontFaceRule && rule.style.getPropertyValue("src").includes("url("));
    const small = [...document.querySelectorAll("a, button, select, input, summary")].filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width > 1 && height > 1 && (height < 24 || width < 24);
    });
    return {
        "has a title": document.title.length > 0,
        "says its language": document.documentElement.lang.length > 0,
        "describes itself": !!document.querySelector("meta[name=description]")?.content,
        "fits the width": !!document.querySelector("meta[name=viewport]")
            && document.documentElement.scrollWidth <= window.innerWidth,
        "shows text while fonts load": faces.every((rule) => rule.style.getPropertyValue("font-display") === "swap"),
        "has targets a finger finds": small.length === 0,
    };
}"""


@dataclass(frozen=True)
class Entry:
    """Pages to be looked at, by whom, and by what one sees that they are there."""

    at: str
    shown_by: str
    screen: Mapping[str, Any]
    member: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class Look:
    """One look at a page: times in milliseconds from the beginning of the navigation."""

    requests: int
    kilobytes: dict[str, float]
    first_paint: float
    largest_paint: float
    interactive: float
    blocked: float
    shift: float

    @property
    def all_kilobytes(self) -> float:
        """What was asked for until the page could be used; what it fetches ahead afterwards is not needed for it."""
        return sum(self.kilobytes.values())


@asynccontextmanager
async def serving(url: str, home: Path) -> AsyncIterator[tuple[Settings, Path]]:
    """The demonstration in the database, and a server in front of it."""
    await migrate(url)
    async with opened(url, connections=4) as database:
        journey, keys = MadeUp(), derive(KEY.get_secret_value().encode())
        founded = await found(database, journey, keys, say=print)
        life = Life(database, journey, founded, keys)
        await stage(life, founded, last_day(journey, DAYS), stopping=asyncio.Event(), lived=lambda _day: None)
    workshop = Workshop(folder=home / "frontend")
    pages = await build(workshop)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(database_url=url, home=home, secret_key=KEY, port=port, connections=4)
    frontend = Frontend(home, bundled=pages)
    app = create_app(settings, frontend=frontend)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, timeout_graceful_shutdown=1)
    )
    task = asyncio.create_task(server.serve())
    while not (server.started and frontend.ready):  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.05)
    yield settings, workshop.work / "node_modules" / "axe-core" / "axe.min.js"
    server.should_exit = True
    await task


async def signed_in(browser: Browser, settings: Settings, entry: Entry) -> Any:
    """The cookies of somebody's session; the browser keeps nothing else of it."""
    who = {"member": entry.member} if entry.member else {"person": entry.person}
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(await sign_in_link(settings, landing=entry.at, **who))
    await page.locator("#by-link button").click()
    await page.wait_for_selector(entry.shown_by)
    kept = await context.storage_state()
    await context.close()
    return kept


async def looked(browser: Browser, settings: Settings, entry: Entry, kept: Any) -> Look:
    """Look once, with nothing in the browser's cache."""
    context = await browser.new_context(storage_state=kept, service_workers="block", **entry.screen)
    await context.add_init_script(f"({WATCHING})({json.dumps(entry.shown_by)})")
    page = await context.new_page()
    line = await context.new_cdp_session(page)
    travelled = _travelling(line)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", SLOW_LINE)
    await line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(f"{settings.issuer}{entry.at}", wait_until="commit")
    await page.wait_for_selector(entry.shown_by, timeout=60_000)
    await asyncio.sleep(QUIET_MS / 1000)
    seen = await page.evaluate("window.seen")
    await context.close()
    return _look(seen, travelled)


@dataclass
class Travelled:
    """A file or an answer: when it was asked for, in milliseconds from the first, and what of it came."""

    asked: float
    kind: str = "Other"
    kilobytes: float = 0.0


def _travelling(line: CDPSession) -> Mapping[str, Travelled]:
    """What is asked for, as it is asked for; of a stream that stays open nothing is counted."""
    travelled: dict[str, Travelled] = {}
    begun: list[float] = []

    def asked(event: Mapping[str, Any]) -> None:
        begun.append(event["timestamp"])
        travelled[event["requestId"]] = Travelled((event["timestamp"] - begun[0]) * 1000)

    def answered(event: Mapping[str, Any]) -> None:
        travelled[event["requestId"]].kind = event["type"]

    def finished(event: Mapping[str, Any]) -> None:
        travelled[event["requestId"]].kilobytes = event["encodedDataLength"] / 1000

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.responseReceived", answered)
    line.on("Network.loadingFinished", finished)
    return travelled


def _look(seen: Mapping[str, Any], travelled: Mapping[str, Travelled]) -> Look:
    interactive = seen["shown"]
    for begun, ended in sorted(seen["long"]):
        if begun <= interactive + 500:
            interactive = max(interactive, ended)
    first = seen["paints"].get("first-contentful-paint", 0.0)
    blocked = sum(max(0.0, ended - begun - 50) for begun, ended in seen["long"] if first <= begun <= interactive)
    needed = [one for one in travelled.values() if one.asked < interactive]
    kilobytes: dict[str, float] = {}
    for one in needed:
        kilobytes[one.kind] = kilobytes.get(one.kind, 0.0) + one.kilobytes
    return Look(len(needed), kilobytes, first, seen["lcp"], interactive, blocked, seen["shift"])


def median(looks: Sequence[Look]) -> Look:
    """Each figure in the middle of its own."""
    kinds = sorted({kind for look in looks for kind in look.kilobytes})
    middle = {name: statistics.median(getattr(look, name) for look in looks) for name in MEASURES}
    kilobytes = {kind: statistics.median(look.kilobytes.get(kind, 0.0) for look in looks) for kind in kinds}
    return Look(kilobytes=kilobytes, **middle)


MEASURES = ("requests", "first_paint", "largest_paint", "interactive", "blocked", "shift")


async def checked(browser: Browser, settings: Settings, entry: Entry, kept: Any, axe: Path) -> dict[str, bool]:
    """What a page should hold to anyway, on an open line."""
    context = await browser.new_context(storage_state=kept, **entry.screen)
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    files = await _files(context, page, f"{settings.issuer}{entry.at}", entry)
    await page.evaluate(await asyncio.to_thread(axe.read_text, encoding="utf-8"))
    violations = (await page.evaluate("axe.run()"))["violations"]
    told: dict[str, bool] = {
        **await page.evaluate(CHECKS),
        "keeps files for ever": all("immutable" in file.get("cache-control", "") for file in files),
        "sends texts compressed": all(
            "content-encoding" in file for file in files if "font" not in file["content-type"]
        ),
        "meets no barrier (axe)": not violations,
        "says nothing in the console": not problems,
    }
    for trouble in (*problems, *(one["help"] for one in violations)):
        print("   ", trouble, file=sys.stderr)
    await context.close()
    return told


async def _files(context: BrowserContext, page: Page, address: str, entry: Entry) -> list[dict[str, str]]:
    """The headers of the files a page is made of, but for those too small to be compressed."""
    answers: list[Any] = []
    context.on("response", lambda answer: answers.append(answer) if "/assets/" in answer.url else None)
    await page.goto(address)
    await page.wait_for_selector(entry.shown_by)
    await asyncio.sleep(1)
    headers = [await answer.all_headers() for answer in answers if answer.status == 200]
    return [one for one in headers if int(one.get("content-length", 0)) >= 1_000]


def entries(journey: MadeUp) -> list[Entry]:
    """What there is to look at, and who looks."""
    [anna, *_] = journey.most_frequent(1)
    cashier = next(hand.email for hand in cast.HANDS if hand.role == "PARTNER_CASHIER")
    finance = cast.finance_email(cast.FIRMS[0])
    return [
        Entry("/app/", "[data-testid=balance]", PHONE, member=cast.card_of(anna)),
        Entry("/console/", "main h1", DESK, person=finance),
        Entry(f"/till/{cast.SHOP}/", "main", DESK, person=cashier),
    ]


def told(entry: Entry, look: Look) -> str:
    """A line of the table."""
    kinds = ", ".join(
        f"{kind.lower()} {size:.0f}" for kind, size in sorted(look.kilobytes.items(), key=lambda one: -one[1])
    )
    return (
        f"{entry.at:<22}{look.all_kilobytes:>7.0f}{look.requests:>6}{look.first_paint:>8.0f}{look.largest_paint:>8.0f}"
        f"{look.interactive:>8.0f}{look.blocked:>8.0f}{look.shift:>8.3f}  {kinds}"
    )


def missed(look: Look) -> list[str]:
    """Budgets that the members' entry does not keep."""
    found = {"first load, KB": look.all_kilobytes, "interactive, ms": look.interactive, "layout shift": look.shift}
    return [f"{name}: {found[name]:.3g}, at most {most:g}" for name, most in BUDGETS.items() if found[name] > most]


async def main(url: str) -> tuple[dict[str, Any], list[str]]:
    """Look at each entry; what was found, and what the members' entry misses."""
    home = Path(tempfile.gettempdir()) / "hansa-benchmark-frontend"
    findings: dict[str, Any] = {}
    wrong: list[str] = []
    async with serving(url, home) as (settings, axe), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        print(f"{'entry':<22}{'KB':>7}{'files':>6}{'FCP':>8}{'LCP':>8}{'usable':>8}{'blocked':>8}{'shift':>8}")
        for entry in entries(MadeUp()):
            kept = await signed_in(browser, settings, entry)
            look = median([await looked(browser, settings, entry, kept) for _ in range(RUNS)])
            checks = await checked(browser, settings, entry, kept, axe)
            print(told(entry, look))
            failed = [name for name, kept_to in checks.items() if not kept_to]
            print(f"    checks: {len(checks) - len(failed)} of {len(checks)}", *failed, sep="; not: ")
            findings[entry.at] = {**asdict(look), "checks": checks}
            wrong += [*missed(look), *failed] if entry.at == "/app/" else []
        await browser.close()
    return findings, wrong


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("url")
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    findings, wrong = asyncio.run(main(chosen.url))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(findings, indent=2), encoding="utf-8")
    print("The members' budgets are kept." if not wrong else f"Missed: {'; '.join(wrong)}.")
    sys.exit(1 if wrong else 0)
