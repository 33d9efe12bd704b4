"""The flows driven by oauth4webapi and by openid-client, the strictest clients there are for JavaScript."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.third_party.town import Marta, Town

HERE = Path(__file__).parent / "programs"
LISTED = ("package.json", "package-lock.json", ".npmrc")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hansa" / "third-party"
PATIENCE_SECONDS = 120

pytestmark = [pytest.mark.audit, pytest.mark.asyncio(loop_scope="module")]


async def installed() -> Path:
    """The folder with the programs and what they need, made when it is missing or has changed."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("NOT DRIVEN: node and npm are needed for clients in JavaScript")
    programs = sorted(HERE.glob("*.mjs"))
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in LISTED)).hexdigest()[:12]
    folder = CACHE / digest
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".ready").exists():
        for name in LISTED:
            shutil.copy(HERE / name, folder)
        process = await asyncio.create_subprocess_exec(
            "npm", "ci", "--ignore-scripts", cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        _, problem = await process.communicate()
        assert process.returncode == 0, problem.decode()
        (folder / ".ready").touch()
    for program in programs:
        shutil.copy(program, folder)
    return folder


async def driven(program: str, town: Town, marta: Marta) -> list[str]:
    """What a program says it passed; a member's link that it gives is followed."""
    process = await asyncio.create_subprocess_exec(
        "node",
        program,
        cwd=await installed(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    passed: list[str] = []

    def tell(what: Any) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(what).encode() + b"\n")

    tell(town.facts)
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in process.stdout:
            said = json.loads(line)
            if "visit" in said:
                tell(await marta.allow(said["visit"]))
            else:
                passed.append(said["passed"])
        problem = (await process.stderr.read()).decode()
        await process.wait()
    assert process.returncode == 0, f"after {passed[-1:]}: {problem}"
    return passed


SHOPS = ("with a secret", "with a key", "public")


async def test_oauth4webapi_passes_every_flow(town: Town, marta: Marta) -> None:
    passed = await driven("oauth4webapi.mjs", town, marta)
    assert len(passed) >= 30
    for shop in SHOPS:
        assert f"{shop}: the API, on the member's behalf" in passed
    assert passed[-1] == "a bound token counts with its own key alone"


async def test_openid_client_passes_every_flow(town: Town, marta: Marta) -> None:
    passed = await driven("openid-client.mjs", town, marta)
    assert [step for step in passed if step.endswith("refreshed, and revoked")] == [
        f"{shop}: refreshed, and revoked" for shop in SHOPS
    ]
