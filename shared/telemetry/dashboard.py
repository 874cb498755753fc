"""The dashboard for Grafana, made from the declared metrics: `make docs` writes it to deploy/monitoring.

A panel names metrics by their declarations, so that none can name what is not there. Grafana 10 and later import it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.telemetry import metrics as m
from shared.telemetry.kinds import Counter, Histogram

WIDTH, HEIGHT, COLUMNS = 8, 8, 3
SOURCE = {"type": "prometheus", "uid": "${source}"}


@dataclass(frozen=True)
class Panel:
    """One picture: expressions in PromQL, each with the name of its lines."""

    title: str
    unit: str
    lines: Sequence[tuple[str, str]]


def _rate(metric: Counter, by: str, where: str = "") -> str:
    return f"sum by ({by}) (rate({metric.exposed[0]}{where}[$__rate_interval]))"


def _quantile(metric: Histogram, by: str, share: float) -> str:
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({metric.name}_bucket[$__rate_interval])))"


ABSTAINED = '{status="abstained"}'
ALL = _rate(m.ANSWERS, "arm")
BUSY = f"sum by (service) (rate({m.BATCH_SECONDS.name}_sum[$__rate_interval]))"
ROWS: dict[str, Sequence[Panel]] = {
    "Is it well?": (
        Panel("Ready", "bool_yes_no", [(f"min by (service) ({m.READY.name})", "{{service}}")]),
        Panel("Stands still", "bool_yes_no", [(f"max by (service) ({m.STANDS_STILL.name})", "{{service}}")]),
        Panel("Age of what waits", "s", [(f"max by (group, topic) ({m.LAG_SECONDS.name})", "{{group}} {{topic}}")]),
        Panel("Records that wait", "short", [(f"max by (group, topic) ({m.LAG_RECORDS.name})", "{{group}} {{topic}}")]),
        Panel("Dead letters a second", "short", [(_rate(m.BURIED, "service, topic"), "{{service}} {{topic}}")]),
        Panel("Share of dead letters", "percentunit", [(f"max by (service) ({m.DEAD_SHARE.name})", "{{service}}")]),
        Panel(
            "Lost unread", "short",
            [(f"sum by (service, topic) ({m.LOST.exposed[0]})", "{{service}} {{topic}}")],
        ),
    ),
    "Where does time go?": (
        Panel("Records a second", "short", [(_rate(m.RECORDS, "service"), "{{service}}")]),
        Panel("Queue, 95th percentile", "s", [(_quantile(m.QUEUE_SECONDS, "service", 0.95), "{{service}}")]),
        Panel("Work on a batch, 95th percentile", "s", [(_quantile(m.BATCH_SECONDS, "service", 0.95), "{{service}}")]),
        Panel("Freshness, median", "s", [(_quantile(m.FRESHNESS_SECONDS, "stage", 0.5), "{{stage}}")]),
        Panel("Freshness, 95th percentile", "s", [(_quantile(m.FRESHNESS_SECONDS, "stage", 0.95), "{{stage}}")]),
        Panel("View: announcements not read", "short", [(f"max({m.VIEW_LAG.name})", "behind")]),
    ),
    "What do the arms do?": (
        Panel("Answers a second", "short", [(_rate(m.ANSWERS, "arm, status"), "{{arm}} {{status}}")]),
        Panel("Share that abstains", "percentunit", [(f"{_rate(m.ANSWERS, 'arm', ABSTAINED)} / {ALL}", "{{arm}}")]),
        Panel("Failures a second", "short", [(_rate(m.FAILURES, "arm, kind"), "{{arm}} {{kind}}")]),
        Panel("Results a second", "short", [(_rate(m.SCORER_RESULTS, "because"), "{{because}}")]),
        Panel("Answers as the scorer takes them", "short", [(_rate(m.SCORER_ANSWERS, "reception"), "{{reception}}")]),
        Panel("In force", "short", [
            (f"max by (service, track, adapter) ({m.ADAPTER.name})", "{{service}} {{track}}: {{adapter}}"),
            (f"max by (contest) ({m.CONTEST.name})", "{{contest}}"),
            (f"max by (service, encoder) ({m.ENCODER.name})", "{{service}}: {{encoder}}"),
        ]),
    ),
    "What does it cost?": (
        Panel("Tokens a second", "short", [(_rate(m.TOKENS, "arm, direction"), "{{arm}} {{direction}}")]),
        Panel("Cost of work an hour", "short", [(f"{BUSY} * on () group_left () max({m.PRICE.name})", "{{service}}")]),
        Panel("Prefix cache", "bytes", [(f"sum({m.PREFIX_BYTES.name})", "kept")]),
    ),
}  # fmt: skip


def dashboard() -> str:
    """As Grafana imports it; it asks for the data source."""
    described = {
        "title": "Tiltyard",
        "uid": "tiltyard",
        "schemaVersion": 39,
        "tags": ["tiltyard"],
        "time": {"from": "now-3h", "to": "now"},
        "refresh": "30s",
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus", "label": "Source"}]},
        "panels": [_numbered(number, panel) for number, panel in enumerate(_panels(), start=1)],
    }
    return json.dumps(described, indent=1) + "\n"


def _panels() -> Iterator[dict[str, Any]]:
    top = 0
    for title, panels in ROWS.items():
        yield {"type": "row", "title": title, "gridPos": {"h": 1, "w": WIDTH * COLUMNS, "x": 0, "y": top}, "panels": []}
        for place, panel in enumerate(panels):
            down, across = divmod(place, COLUMNS)
            yield _drawn(panel, x=across * WIDTH, y=top + 1 + down * HEIGHT)
        top += 1 + -(-len(panels) // COLUMNS) * HEIGHT


def _drawn(panel: Panel, *, x: int, y: int) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + place), "expr": expression, "legendFormat": name, "datasource": SOURCE}
        for place, (expression, name) in enumerate(panel.lines)
    ]
    return {
        "type": "timeseries",
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": x, "y": y},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": targets,
    }


def _numbered(number: int, panel: dict[str, Any]) -> dict[str, Any]:
    return {"id": number} | panel
