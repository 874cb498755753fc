"""Alert rules and the dashboard: they name what is declared, lead to the runbook, and fire where they should."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from services.console.platform.local_services import LocalServicesSettings
from shared.telemetry import metrics
from shared.telemetry.kinds import Metric
from tests.architecture.test_docs import anchors_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "monitoring"
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
TESTS = yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
OF_PROMETHEUS = {"le", "job", "instance"}
"""Labels that Prometheus adds, or a histogram has."""
BY_NAME = {name: metric for metric in metrics.DECLARED for name in metric.exposed}
PROMTOOL = shutil.which("promtool")


def expressions() -> Iterator[tuple[str, str]]:
    """Where each expression stands, and the expression."""
    yield from ((rule["alert"], rule["expr"]) for rule in RULES)
    for panel in DASHBOARD["panels"]:
        yield from ((panel["title"], target["expr"]) for target in panel.get("targets", ()))


def faults(expression: str) -> list[str]:
    """What of an expression is not declared: metrics, labels, and values that a label cannot have."""
    names = re.findall(r"\btiltyard_\w+", expression)
    known: list[Metric] = [BY_NAME[name] for name in names if name in BY_NAME]  # type: ignore[type-arg]  # of any kind
    labels = {label.name: label for metric in known for label in metric.labels}
    used = {name.strip() for by in re.findall(r"by \(([^)]*)\)", expression) for name in by.split(",")}
    matched = re.findall(r"(\w+)!?=\"([^\"]*)\"", expression)
    return [
        *(name for name in names if name not in BY_NAME),
        *sorted((used | {name for name, _ in matched}) - labels.keys() - OF_PROMETHEUS),
        *(value for name, value in matched if name in labels and labels[name].values not in ((), None)
          and value not in labels[name].values),
    ]  # fmt: skip


def test_no_rule_and_no_panel_names_what_is_not_there() -> None:
    wrong = {place: found for place, expression in expressions() if (found := faults(expression))}
    assert wrong == {}
    assert sum(1 for _ in expressions()) > 30


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("rate(tiltyard_nothing_total[5m])", "tiltyard_nothing_total"),
        ("sum by (colour) (tiltyard_ready)", "colour"),
        ('tiltyard_answers_total{status="sulked"}', "sulked"),
    ],
)
def test_a_name_that_is_not_declared_is_found(expression: str, fault: str) -> None:
    assert faults(expression) == [fault]


def test_every_alert_leads_to_a_part_of_the_runbook() -> None:
    pages = {rule["alert"]: rule["annotations"]["runbook"].partition("#") for rule in RULES}
    missing = [name for name, (page, _, anchor) in pages.items() if anchor not in anchors_of(ROOT / page)]
    assert missing == []


def test_every_alert_is_tested() -> None:
    tried = {case["alertname"] for test in TESTS for case in test["alert_rule_test"] if case["exp_alerts"]}
    assert {rule["alert"] for rule in RULES} - tried == set()


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (in Debian's package `prometheus`)")
@pytest.mark.parametrize("what", [("test", "rules", "alerts.test.yml"), ("check", "config", "prometheus.yml")])
def test_prometheus_itself_agrees(what: tuple[str, str, str]) -> None:
    *command, file = what
    ended = subprocess.run(
        [str(PROMTOOL), *command, str(FOLDER / file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_example_scrapes_the_services_of_this_machine_under_the_name_that_the_rules_know() -> None:
    [job] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    ports = [int(target.rpartition(":")[2]) for target in job["static_configs"][0]["targets"]]
    first = LocalServicesSettings.model_fields["probe_port"].default

    assert f'job="{job["job_name"]}"' in "".join(rule["expr"] for rule in RULES)
    assert ports == list(range(first, first + len(ports)))


def test_panels_stand_beside_each_other_and_ask_for_their_source() -> None:
    places = [tuple(panel["gridPos"].values()) for panel in DASHBOARD["panels"]]
    sources = {panel["datasource"]["uid"] for panel in DASHBOARD["panels"] if "datasource" in panel}

    assert len(places) == len(set(places))
    assert sources == {"${source}"}
