"""A cycle as people lead it on in the console."""

from __future__ import annotations

from playwright.async_api import Page, expect


async def step(page: Page, act: str, *, then: str, patience: float = 5_000) -> None:
    """Take a step in its dialog, and see where the cycle stands."""
    await page.get_by_role("button", name=act, exact=True).click()
    dialog = page.get_by_role("dialog")
    if act == "Propose":
        await dialog.get_by_label("Days to answer").fill("0")
    await dialog.get_by_role("button", name=act, exact=True).click()
    await expect(page.locator(".stations .here")).to_contain_text(then, timeout=patience)
    await expect(dialog).to_have_count(0)
