"""The log: one line an event, addresses masked."""

import json

import pytest
import structlog

from distributor import log


@pytest.fixture(autouse=True)
def _reset() -> object:
    yield
    structlog.reset_defaults()


def test_addresses_are_masked_and_control_characters_removed() -> None:
    assert log.mask("to li.ming@most.example\x1b[31m\nnext") == "to l***@most.example [31m next"


def test_a_log_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(json=True)
    log.get_logger("test").info("sent", address="someone@most.example", reply="250\r\nok")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    event = json.loads(lines[0])
    assert event["address"] == "s***@most.example"
    assert event["reply"] == "250  ok"


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(level=30, json=True)
    log.get_logger("test").info("sent")
    assert capsys.readouterr().err == ""


def test_on_a_terminal_a_person_can_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(json=False)
    log.get_logger("test").warning("relay-trouble")
    assert "relay-trouble" in capsys.readouterr().err


def test_what_failed_is_one_masked_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(json=True)
    try:
        int("no such\nperson someone@most.example")
    except ValueError:
        log.get_logger("test").exception("failed", to=["someone@most.example"], by={"a": ("li.ming@mof.example", 1)})
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert "s***@most.example" in event["exception"]
    assert (event["to"], event["by"]) == (["s***@most.example"], {"a": ["l***@mof.example", 1]})
