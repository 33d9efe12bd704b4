"""Log lines name their request, hide secrets, and are bounded."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from hansa import logs


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def _line(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    return dict(json.loads(capsys.readouterr().err.splitlines()[-1]))


def test_our_lines_and_libraries_name_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    structlog.contextvars.bind_contextvars(request_id="r-1")
    structlog.get_logger("ours").info("served", fields=3)
    line = _line(capsys)
    assert (line["event"], line["request_id"], line["fields"], line["level"]) == ("served", "r-1", 3, "info")
    logging.getLogger("theirs").warning("slow %s", "query")
    line = _line(capsys)
    assert (line["event"], line["request_id"], line["logger"]) == ("slow query", "r-1", "theirs")


def test_secrets_are_hidden_and_long_texts_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    structlog.get_logger().info("token issued", token="abc", Authorization="Bearer abc", document="x" * 100_000)
    written = capsys.readouterr().err
    assert "abc" not in written
    assert len(written) < 2 * logs.LONGEST


def test_nothing_below_the_level_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("console", "warning")
    structlog.get_logger().info("quiet")
    assert capsys.readouterr().err == ""
