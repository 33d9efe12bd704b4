"""What can be set is set in one place and is explained."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hansa.home import home_folder
from hansa.settings import InvalidSettings, Settings, UnsafeSecret, load, variables

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in variables():
        monkeypatch.delenv(variable, raising=False)


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    assert re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE) == variables()


def test_a_secret_key_is_made_once_and_only_its_user_reads_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new home")
    with ThreadPoolExecutor(4) as threads:
        keys = set(threads.map(lambda _: settings.key(), range(8)))
    assert len(keys) == 1
    assert stat.S_IMODE((settings.home / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in settings.home.iterdir()] == ["secret.key"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.key()
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(UnsafeSecret, match="Others can read"):
        settings.key()


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSecret, match="at least 32"):
        load(home=tmp_path, secret_key="short").key()


def test_a_wrong_value_is_named_and_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSA_DATABASE_URL", "mysql://root:hunter2@somewhere")
    with pytest.raises(InvalidSettings) as refusal:
        load()
    assert "HANSA_DATABASE_URL" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_the_public_address_follows_the_port_unless_given() -> None:
    assert load(port=9000).issuer == "http://localhost:9000"
    assert load(issuer="https://points.example/").issuer == "https://points.example"


def test_hansa_home_goes_before_the_systems_folder() -> None:
    assert home_folder({"HANSA_HOME": "/some/where"}) == Path("/some/where")
    assert home_folder({}).name.lower() == "hansa"
