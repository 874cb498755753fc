"""`deploy/kubernetes/tiltyard.yaml`, read as text: every service is in it, and the pages only behind signing in."""

from pathlib import Path
from typing import Any

import yaml

from services.web.settings import WebSettings

ROOT = Path(__file__).parents[2]
FOUND: list[dict[str, Any]] = [*yaml.safe_load_all((ROOT / "deploy/kubernetes/tiltyard.yaml").read_text("utf-8"))]
CONTAINERS = {
    container["image"]: container
    for of in FOUND
    if of["kind"] in ("Deployment", "Job")
    for container in of["spec"]["template"]["spec"]["containers"]
}


def test_every_service_of_the_repository_is_deployed() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    assert CONTAINERS.keys() == {f"tiltyard-{name}" for name in folders}


def test_the_pages_are_served_to_whoever_signs_in() -> None:
    said = {of["name"].removeprefix("TILTYARD_WEB_").lower(): of["value"] for of in CONTAINERS["tiltyard-web"]["env"]}
    pages = WebSettings.model_validate(said)

    assert not pages.is_local
    assert pages.sign_in == "token"
    ports = {port["name"]: port["containerPort"] for port in CONTAINERS["tiltyard-web"]["ports"]}
    assert ports["pages"] == pages.port


def test_every_service_that_lasts_is_asked_whether_it_is_ready_and_whether_it_lives() -> None:
    lasting = [of["spec"]["template"]["spec"]["containers"][0] for of in FOUND if of["kind"] == "Deployment"]
    asked = {
        container["name"]: (container["readinessProbe"]["httpGet"], container["livenessProbe"]["httpGet"])
        for container in lasting
    }

    both = ({"path": "/ready", "port": "probes"}, {"path": "/live", "port": "probes"})
    assert {name for name, probes in asked.items() if probes != both} == set()
    assert len(asked) == len(lasting) > 6
