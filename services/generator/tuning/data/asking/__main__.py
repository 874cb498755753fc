"""`python -m services.generator.tuning.data.asking DOCUMENTS --out FOLDER`: a newswire of somebody's own documents.

Writes the four files of a newswire and, in a fifth, what was made; standard output holds one event of
`shared/jobs/asking.py`. Exit codes are those of the services.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from services.generator.settings import GeneratorSettings
from services.generator.tuning.data import configured_assembly, teaching
from services.generator.tuning.data.asking import editions, log, newswire, own
from services.generator.tuning.data.asking.facts import by_rules
from services.generator.tuning.data.asking.newswire import MadeNewswire
from services.generator.tuning.data.asking.taught import ByTeacher
from services.generator.tuning.data.reading import moment
from services.generator.tuning.data.teacher_settings import TeacherSettings
from shared import lines
from shared.jobs.asking import FILE, NewswireMade
from shared.jobs.events import write
from shared.messages import DocumentPublished
from shared.observe_settings import ObserveSettings
from shared.service import job
from shared.settings import HomeSettings

PROMPT = "teacher.v1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, make, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", type=Path, help="JSON lines as on the ingest topic")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cutoff", default="", help="documents published later are the second edition")
    parser.add_argument("--per-document", type=int, default=4, help="most facts that are asked of one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--by", choices=("rules", "teacher"), default="rules", help="who asks about the documents")
    beside = parser.add_mutually_exclusive_group()
    beside.add_argument("--questions", type=Path, help="JSON lines of questions that stand in the place of made ones")
    beside.add_argument("--log", type=Path, help="what people asked: made questions come in its shares")
    options = parser.parse_args(arguments)
    return job("asking", partial(_make, options), ObserveSettings)


def _make(options: argparse.Namespace) -> None:
    documents = lines.read_all(options.documents, DocumentPublished)
    try:
        cutoff = moment(options.cutoff) if options.cutoff else None
    except ValueError as error:
        raise ValueError(f"--cutoff {options.cutoff!r} is no time, such as 2026-05-31T12:00Z") from error
    made = newswire.make(
        documents, cutoff, per_document=options.per_document, seed=options.seed,
        own_questions=own.read(options.questions) if options.questions else None,
        shares=log.read(options.log) if options.log else None,
        reading=by_rules if options.by == "rules" else _by_teacher(options.per_document),
    )  # fmt: skip
    edition1, edition2 = editions.timed(made.edition1, made.edition2, datetime.now(UTC))
    options.out.mkdir(parents=True, exist_ok=True)
    for name, rows in (
        ("edition1.documents.jsonl", edition1),
        ("edition2.documents.jsonl", edition2),
        ("training_pairs.jsonl", made.pairs),
        ("questions.jsonl", made.questions),
    ):
        (options.out / name).write_text(_lines(rows), encoding="utf-8")
    event = _event(made, options.by)
    (options.out / FILE).write_text(event.model_dump_json(indent=2) + "\n", encoding="utf-8")
    write(event)


def _event(made: MadeNewswire, by: Literal["rules", "teacher"]) -> NewswireMade:
    return NewswireMade(
        edition1=len(made.edition1), edition2=len(made.edition2), cutoff=made.edition1[-1].published_at,
        pairs=len(made.pairs), questions=dict(Counter(question.slice for question in made.questions)),
        left_out=dict(made.left_out), unanswerable=made.unanswerable, asked_for=dict(made.asked_for), by=by,
        stated=made.stated if by == "rules" else 0,
    )  # fmt: skip


def _by_teacher(most: int) -> ByTeacher:
    """The configured teacher. Raises ValueError where it is not complete, or is the embedded model."""
    settings, generator = TeacherSettings(), GeneratorSettings()
    if settings.variant == "own" and not generator.model:
        raise ValueError(
            "--by teacher: the embedded model is no teacher; name a larger one with TILTYARD_TEACHER_VARIANT=openai, "
            "TILTYARD_TEACHER_URL and TILTYARD_TEACHER_MODEL"
        )
    teacher = configured_assembly.configured_teacher(settings, generator, HomeSettings().home)
    return ByTeacher(teacher, teaching.prompts(PROMPT), most)


def _lines(rows: Iterable[BaseModel]) -> str:
    return "".join(f"{row.model_dump_json(exclude_defaults=True)}\n" for row in rows)


if __name__ == "__main__":
    raise SystemExit(main())
