"""The flows driven by oauth4webapi and by openid-client, the strictest clients there are for JavaScript."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.third_party.installing import installed
from tests.third_party.town import Marta, Town

PATIENCE_SECONDS = 120

pytestmark = [pytest.mark.audit, pytest.mark.asyncio(loop_scope="module")]


async def driven(program: str, town: Town, marta: Marta, at: Path) -> list[str]:
    """What a program says it passed; a member's link that it gives is followed."""
    await installed(at)
    process = await asyncio.create_subprocess_exec(
        "node",
        program,
        cwd=at,
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


async def test_oauth4webapi_passes_every_flow(town: Town, marta: Marta, tmp_path: Path) -> None:
    passed = await driven("oauth4webapi.mjs", town, marta, tmp_path)
    assert len(passed) >= 30
    for shop in SHOPS:
        assert f"{shop}: the API, on the member's behalf" in passed
    assert passed[-1] == "a bound token counts with its own key alone"


async def test_openid_client_passes_every_flow(town: Town, marta: Marta, tmp_path: Path) -> None:
    passed = await driven("openid-client.mjs", town, marta, tmp_path)
    assert [step for step in passed if step.endswith("refreshed, and revoked")] == [
        f"{shop}: refreshed, and revoked" for shop in SHOPS
    ]
