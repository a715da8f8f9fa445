"""Logs are one JSON object a line, and hold no secret and nothing a person wrote."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from shared.log import SECRET_NAMES, configure_logging, get_logger


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    written = capsys.readouterr()
    assert written.out == "", "standard output is for results"
    return [json.loads(line) for line in written.err.splitlines()]


def test_an_event_is_one_json_object_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", json=True)
    get_logger("gateway.web").info("socket_opened", conversation_id="c-1", took_s=0.2)
    (line,) = lines(capsys)
    assert line["event"] == "socket_opened"
    assert line["conversation_id"] == "c-1"
    assert line["level"] == "info"
    assert line["logger"] == "gateway.web"
    assert str(line["timestamp"]).endswith("Z")


def test_logs_of_libraries_come_out_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", json=True)
    logging.getLogger("celery.worker").warning("lost %s", "broker")
    (line,) = lines(capsys)
    assert (line["event"], line["logger"]) == ("lost broker", "celery.worker")


@pytest.mark.parametrize("name", [*sorted(SECRET_NAMES), "Token", "PASSWORD"])
def test_values_under_a_telling_name_are_blotted_out(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    configure_logging("INFO", json=True)
    get_logger("test").info("happened", **{name: "hunter2"})
    (line,) = lines(capsys)
    assert line[name] == "[hidden]"


def test_an_exception_is_one_line_with_its_traceback_inside(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("INFO", json=True)
    try:
        raise RuntimeError("broken\nin two")
    except RuntimeError:
        get_logger("test").exception("failed")
    (line,) = lines(capsys)
    assert "RuntimeError: broken" in str(line["exception"])


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning", json=True)
    get_logger("test").info("too quiet")
    logging.getLogger("httpx").info("GET http://127.0.0.1/?token=secret")
    assert lines(capsys) == []


def test_addresses_with_secrets_in_them_are_not_logged_by_libraries(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("INFO", json=True)
    for library in ("httpx", "httpx2", "httpcore", "openai", "uvicorn.access"):
        logging.getLogger(library).info("GET /v1?api_key=secret")
    assert lines(capsys) == []


def test_on_a_terminal_it_is_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", json=False)
    get_logger("test").info("worker_ready", token="hunter2", port=8000)
    written = capsys.readouterr().err
    assert "worker_ready" in written
    assert "port=8000" in written
    assert "hunter2" not in written
