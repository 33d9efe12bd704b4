"""`hansa liability`: questions, movements by two people and pictures, on tables and as JSON."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Forbidden, InvalidValue, NotFound
from hansa.commands.liability.app import app
from tests.domain.settlement.trading import Trading
from tests.hansa.test_settling import ANNA, BERT, Desk, trading

__all__ = ["trading"]


class LiabilityDesk(Desk):
    """The same desk, with the commands of liability."""

    app = app


@pytest.fixture
def desk(database_url: str) -> LiabilityDesk:
    """Somebody at the command line."""
    return LiabilityDesk(database_url)


@pytest.mark.usefixtures("trading")
async def test_points_are_shown_month_by_month(desk: LiabilityDesk) -> None:
    shown = await desk.shows("cohorts", "--sponsor", "olla")
    assert "123,456" in shown
    assert "77,778" in shown
    said = await desk.says("cohorts")
    assert [(one["month"], one["issued"], one["redeemed"]) for one in said["cohorts"]] == [
        ("2026-11-01", 123_456, 45_678)
    ]
    assert (await desk.says("cohorts", "--sponsor", "rimi"))["cohorts"] == []


@pytest.mark.usefixtures("trading")
async def test_too_little_history_is_said(desk: LiabilityDesk) -> None:
    assert "Too little history" in await desk.shows("urr")
    said = await desk.says("urr")
    assert (said["basis"], said["urr"][1:]) == ("ALL_OUTSTANDING", ["1.000000", "1.000000"])


@pytest.mark.usefixtures("trading")
async def test_money_goes_in_by_one_person_and_out_by_two(desk: LiabilityDesk) -> None:
    before = (await desk.says("reserve"))["scenarios"][0]
    assert (before["standing"], before["from_account"]) == ("SHORT", "0")
    await desk.shows("deposit", "900", "--note", "first", "--as", ANNA, "--key", "one-key")
    again = await desk.says("deposit", "900", "--note", "first", "--as", ANNA, "--key", "one-key")
    after = (await desk.says("reserve"))["scenarios"][0]
    assert (after["standing"], after["from_account"]) == ("COVERED", "900")
    asked = await desk.says("release", "100", "--note", "back", "--as", ANNA)
    assert again["movement_id"] != asked["movement_id"]
    assert isinstance(await desk.refuses("approve-release", asked["movement_id"], "--as", ANNA), Forbidden)
    assert (await desk.says("approve-release", asked["movement_id"], "--as", BERT))["booked_at"]
    shown = await desk.shows("account")
    assert "900.00" in shown
    assert "ties" in shown
    assert (await desk.says("evaluate", "--as", ANNA))["from_account"] == "800"


@pytest.mark.usefixtures("trading")
async def test_scenarios_stand_side_by_side(desk: LiabilityDesk) -> None:
    said: list[Any] = (await desk.says("reserve", "--urr", "0.5", "--leaves", "olla"))["scenarios"]
    named = {one["scenario"]: one for one in said}
    assert named["rate of 0.5"]["urr"] == ["0.500000"] * 3
    assert named["olla leaves"]["need"][1] > named["expected"]["need"][1]
    assert "half as fast again" in await desk.shows("reserve")


async def test_cycles_roll_forward_and_revenue_is_deferred(desk: LiabilityDesk, trading: Trading) -> None:
    await trading.approve(await trading.close(trading.cycle))
    assert (await desk.says("roll-forward"))["ties"]
    assert "✓" in await desk.shows("roll-forward", "--sponsor", "olla")
    (row,) = (await desk.says("deferred", "--sponsor", "olla", "--value", "0.01", "--urr", "0.9"))["cycles"]
    assert row["points"] == 123_456
    assert row["cycle"] in await desk.shows("deferred", "--sponsor", "olla")


@pytest.mark.usefixtures("trading")
async def test_pictures_are_drawn_for_light_and_dark(desk: LiabilityDesk, tmp_path: Path) -> None:
    for command, file in (("urr", "curves.svg"), ("cohorts", "cohorts.svg"), ("reserve", "cover.svg")):
        await desk.shows(command, "--svg", str(tmp_path / file))
        drawn = (tmp_path / file).read_text(encoding="utf-8")
        assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 -- our own file
        assert "prefers-color-scheme: dark" in drawn


@pytest.mark.usefixtures("trading")
@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("cohorts", "--sponsor", "nobody"), NotFound),
        (("cohorts", "--as-of", "yesterday"), InvalidValue),
        (("cohorts", "--as-of", "2026-11-01T10:00:00"), InvalidValue),
        (("reserve", "--as-of", "2999-01-01"), InvalidValue),
        (("reserve", "--urr", "1.5"), InvalidValue),
        (("deposit", "much", "--note", "x", "--as", ANNA), InvalidValue),
        (("deposit", "1", "--note", "x", "--as", BERT), Forbidden),
        (("deposit", "1", "--note", "x", "--as", ANNA, "--value-on", "soon"), InvalidValue),
        (("approve-release", "what", "--as", BERT), InvalidValue),
        (("deferred", "--sponsor", "olla", "--value", "-1"), InvalidValue),
    ],
)
async def test_what_is_refused_is_refused_by_name(
    desk: LiabilityDesk, words: tuple[str, ...], refusal: type[Exception]
) -> None:
    assert isinstance(await desk.refuses(*words), refusal)
