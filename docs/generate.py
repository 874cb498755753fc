"""`python docs/generate.py`: write what is derived from the code, so that it is said once.

`docs/flow.md` from the topology, `docs/metrics.md`, `docs/events.md` and the dashboard for Grafana from what is
declared, `docs/schemas/*.json` from the messages, `.env.example` from the settings.
`generated()` gives every file with its text; a test compares them with what stands in the repository.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from shared.telemetry.dashboard import dashboard
from shared.telemetry.events import COMMON, EVENTS
from shared.telemetry.kinds import Label
from shared.telemetry.metrics import DECLARED
from shared.topology import STEPS, TOPICS, AnyTopic

ROOT = Path(__file__).parents[1]
SETTINGS = (
    "shared.installation", "shared.settings", "shared.keeping_settings", "shared.pages_settings",
    "shared.observe_settings",
    "services.ingest.settings", "services.ingest.feed_settings", "services.embedder.settings",
    "services.retriever.settings", "services.generator.settings", "services.generator.tuning.settings",
    "services.generator.tuning.data.teacher_settings", "services.scorer.settings", "services.judge.settings",
    "services.tuner.settings", "services.web.settings", "shared.costs", "services.console.platform.local_services",
    "services.console.platform.settings", "shared.lab.voting.settings",
)  # fmt: skip


def generated() -> dict[Path, str]:
    """Every derived file with what it should say."""
    files = {
        ROOT / "docs" / "flow.md": flow(),
        ROOT / "docs" / "metrics.md": metrics(),
        ROOT / "docs" / "events.md": events(),
        ROOT / "deploy" / "monitoring" / "dashboard.json": dashboard(),
        ROOT / ".env.example": env_example(),
    }
    for topic in TOPICS:
        schema = json.dumps(topic.message.model_json_schema(), indent=2, ensure_ascii=False)
        files[ROOT / "docs" / "schemas" / f"{topic.name}.json"] = schema + "\n"
    return files


def flow() -> str:
    """The way of a message as a picture and two tables."""
    return "\n".join(["# The way of a message", "", "Made from `shared/topology.py` by `make docs`.", "",
                      *_picture(), "", *_topics(), "", *_steps(), ""])  # fmt: skip


def _picture() -> Iterator[str]:
    yield from ("```mermaid", "flowchart LR")
    for topic in TOPICS:
        yield f"    {_id(topic)}[/{topic.name}/]"
    for step in STEPS:
        yield f"    {step.service}(({step.service}))"
        yield from (f"    {_id(topic)} --> {step.service}" for topic in step.reads)
        yield from (f"    {_id(topic)} -.-> {step.service}" for topic in step.follows)
        yield from (f"    {step.service} --> {_id(topic)}" for topic in step.writes)
    yield "```"


def _topics() -> Iterator[str]:
    yield from ("| topic | message | key | kept | public |", "|---|---|---|---|---|")
    for topic in TOPICS:
        schema = f"[{topic.message.__name__}](schemas/{topic.name}.json)"
        yield f"| `{topic.name}` | {schema} | `{topic.key}` | {topic.kept} | {'yes' if topic.public else ''} |"
    yield from ("", "Beside each stands `<topic>.dead`: what could not be handled, byte for byte, with its reason.")


def _steps() -> Iterator[str]:
    yield from ("| service | reads | follows | stores | looks up | writes |", "|---|---|---|---|---|---|")
    for step in STEPS:
        followed = _names(step.follows) + (", every `<topic>.dead`" if step.buried else "")
        cells = [
            _names(step.reads), followed, ", ".join(step.stores), ", ".join(step.looks_up), _names(step.writes)
        ]  # fmt: skip
        yield f"| [{step.service}](../services/{step.service}/README.md) | {' | '.join(cells)} |"


def _names(topics: tuple[AnyTopic, ...]) -> str:
    return ", ".join(f"`{topic.name}`" for topic in topics)


def _id(topic: AnyTopic) -> str:
    return topic.name.replace(".", "_")


def metrics() -> str:
    """Every metric with its labels, their bounds and its unit."""
    return "\n".join([
        "# Metrics", "", "Made from `shared/telemetry/metrics.py` by `make docs`.", "",
        "`/metrics` of each service shows those metrics that it has used so far, and `process_*` and `python_*` of",
        "the client library. A counter ends with `_total` there. A label has the values that are listed or at most so",
        "many; what is beyond that is `other`. [How to operate it](how-to/operate.md) says where `/metrics` is.", "",
        "| metric | kind | what it says | unit | labels | watch for |", "|---|---|---|---|---|---|",
        *(f"| `{metric.name}` | {metric.kind} | {metric.help} | {metric.unit.replace('_', ' ')} | "
          f"{'; '.join(map(_label, metric.labels))} | {metric.watch} |" for metric in DECLARED), "",
    ])  # fmt: skip


def events() -> str:
    """Every event of the logs with its fields."""
    common = ", ".join(f"`{name}`" for name in COMMON)
    return "\n".join([
        "# Events of the logs", "", "Made from `shared/telemetry/events.py` by `make docs`.", "",
        f"Each line has {common} beside the fields of its event, and `exception` where one was raised.", "",
        "| event | what it means | fields |", "|---|---|---|",
        *(f"| {event.name} | {event.meaning} | {', '.join(f'`{name}`' for name in event.fields)} |"
          for event in EVENTS), "",
    ])  # fmt: skip


def _label(label: Label) -> str:
    if label.of:
        return f"`{label.name}`: {label.of}" + (f", at most {label.most}" if label.most > 1 else "")
    return f"`{label.name}`: {', '.join(label.values)}"


def env_example() -> str:
    """Every setting with its default, commented out. The defaults come from the classes, never from the environment."""
    lines = [
        "# Every setting with its default. Copy to `.env` and change what you need; the environment goes first.",
        "# TILTYARD_SECRETS_DIR, in the environment alone, names a folder of files that are called as settings.",
        "",
    ]
    for name in SETTINGS:
        for settings in classes(import_module(name)):
            lines += [f"# {(settings.__doc__ or '').strip().splitlines()[0]}", *_variables(settings), ""]
    return "\n".join(lines)


def classes(module: ModuleType) -> list[type[BaseSettings]]:
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, BaseSettings)]
    return [value for value in found if value.__module__ == module.__name__ and value.model_fields]


def _variables(settings: type[BaseSettings]) -> Iterator[str]:
    prefix = settings.model_config.get("env_prefix", "")
    inherited = {name for of in settings.__bases__ if issubclass(of, BaseSettings) for name in of.model_fields}
    for name, field in settings.model_fields.items():
        if name in inherited:
            continue
        shown = "" if field.default in (None, PydanticUndefined) else _shown(field.default)
        comment = f"  # {field.description}" if field.description else ""
        yield f"#{prefix}{name.upper()}={shown}{comment}"


def _shown(default: object) -> str:
    return json.dumps(default) if isinstance(default, dict | list | tuple) else str(default)


if __name__ == "__main__":
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
