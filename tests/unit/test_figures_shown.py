"""The dashboard, the alerts and the page on operations name figures that exist, and all of them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import gateway.metrics  # noqa: F401 - registers what a gateway counts
import orchestrator.metrics  # noqa: F401 - registers what a worker counts
import pytest
import shared.secrets.verifying  # noqa: F401 - registers what both count
import yaml
from prometheus_client import REGISTRY

from tests.support.servers import ROOT

DASHBOARD = ROOT / "deploy" / "grafana" / "konstruct.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
PAGE = ROOT / "docs" / "operations.md"
NAME = re.compile(r"\bkonstruct_[a-z_]+")


def ours() -> dict[str, str]:
    """Every figure of ours as it is queried without its suffix, and its type."""
    return {
        metric.name + ("_total" if metric.type == "counter" else ""): metric.type
        for metric in REGISTRY.collect()
        if metric.name.startswith("konstruct_")
    }


def series() -> set[str]:
    """Every name a query may use."""
    return {
        name + suffix
        for name, kind in ours().items()
        for suffix in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",))
    }


def panels() -> list[dict[str, Any]]:
    return [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if "targets" in panel]


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> Iterator[Any]:
    for panel in panels():
        for target in panel["targets"]:
            yield pytest.param(target["expr"], id=f"dashboard: {panel['title']} {target['refId']}")
    for path in sorted((ROOT / "deploy" / "kubernetes").rglob("*.yaml")):
        for query in re.findall(r"\bquery: (.+)", path.read_text()):
            yield pytest.param(query, id=f"kubernetes: {path.name}")
    for alert in alerts():
        yield pytest.param(alert["expr"], id=f"alert: {alert['alert']}")


@pytest.mark.parametrize("expression", list(expressions()))
def test_what_is_asked_for_exists(expression: str) -> None:
    named = set(NAME.findall(expression))
    assert named - series() == set()
    assert expression.count("(") == expression.count(")")
    if "histogram_quantile" in expression:
        assert "by (le" in expression
    for name in named:
        counter = name.endswith(("_total", "_bucket", "_sum", "_count"))
        assert counter == bool(re.search(rf"(rate|increase)\({name}", expression)), name


def test_the_dashboard_shows_every_figure() -> None:
    asked = " ".join(target["expr"] for panel in panels() for target in panel["targets"])
    shown = {re.sub("_(bucket|sum|count)$", "", name) for name in NAME.findall(asked)}
    assert set(ours()) - shown == set()


def test_the_page_explains_every_figure_and_none_that_is_not() -> None:
    explained = set(re.findall(r"`(konstruct_[a-z_]+)`", PAGE.read_text()))
    assert explained == set(ours())


def test_every_alert_says_what_people_notice_and_what_to_do() -> None:
    names = [alert["alert"] for alert in alerts()]
    assert len(names) == len(set(names))
    for alert in alerts():
        assert set(alert["annotations"]) == {"summary", "action"}
        assert alert["labels"]["severity"] in ("critical", "warning")


def test_names_follow_prometheus() -> None:
    for name, kind in ours().items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
        assert (kind == "counter") == name.endswith("_total")
        if kind == "histogram":
            assert name.endswith("_seconds")


def test_labels_have_a_handful_of_values_and_no_ids() -> None:
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples]
    ours = [sample for sample in samples if sample.name.startswith("konstruct_")]
    names = {name for sample in ours for name in sample.labels}
    of_a_run = {"state", "stage", "status", "kind", "direction"}
    of_a_channel = {"channel", "became", "verdict"}
    assert names <= {"pool", "purpose", "result", "reason", "when", "le"} | of_a_run | of_a_channel
