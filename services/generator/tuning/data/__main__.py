"""`python -m services.generator.tuning.data`: make a dataset without training on it, and show or export it.

One event on standard output says what is in it. What went wrong is said on standard error in one line.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from services.generator import answer_prompt
from services.generator.settings import GeneratorSettings
from services.generator.tuning import recipe
from services.generator.tuning.data import exporting, reading, showing
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.reading import Servers, Wanted, moment
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.gates import foreseeing, questions
from services.generator.tuning.gates.judging import Before
from services.generator.tuning.settings import TuningSettings
from shared.jobs.dataset import DatasetReported
from shared.jobs.events import write
from shared.observe_settings import ObserveSettings
from shared.service import job
from shared.settings import CassandraSettings, EncoderSettings, HomeSettings, KafkaSettings

SERVICE = "generator-dataset"


def main(arguments: Sequence[str] | None = None, read: Callable[..., Dataset] = reading.dataset) -> int:
    """Run the job; returns its exit code. `read` makes the dataset of a plan."""
    options = _parser().parse_args(arguments)
    return job(SERVICE, lambda: _run(options, read), ObserveSettings)


def _run(options: argparse.Namespace, read: Callable[..., Dataset]) -> None:
    generator = GeneratorSettings()
    given = {name: value for name in ("recipe", "track") if (value := getattr(options, name))}
    settings = TuningSettings(**given)
    chosen, wanted = recipe.load(settings), Wanted(options.pairs, options.cutoff, options.previous, settings.track)
    servers = Servers(KafkaSettings(), CassandraSettings(), EncoderSettings())
    home, teacher = HomeSettings().home, TeacherSettings()
    made = read(chosen, wanted, generator=generator, teacher=teacher, home=home, servers=servers)
    recipe_name = f"{chosen.name} version {chosen.version}"
    asked = questions.asked_of(chosen.gates, made, [], Before())
    gates = [f"gate {gate.gate} {gate.tells}" for gate in foreseeing.foreseen(asked, Before()) if gate.binding]
    report = showing.report(made, recipe=recipe_name, examples=options.examples, gates=gates)
    if options.out:
        prompts = answer_prompt.load(generator.closed_book_prompt), answer_prompt.load(generator.rag_prompt)
        written = exporting.export(made, options.out, closed_book_prompt=prompts[0], rag_prompt=prompts[1])
        report = report.model_copy(update={"written": written})
    write(DatasetReported(report=report))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.generator.tuning.data", description="Make a dataset.")
    parser.add_argument("--recipe", default="", help="its name or a path.yaml")
    parser.add_argument("--pairs", type=Path, help="JSON lines of question, answer, document_id")
    parser.add_argument("--cutoff", type=moment, help="learn nothing first seen after this time (ISO 8601)")
    parser.add_argument("--previous", default="", help="name of the adapter before; empty: who speaks in the track")
    parser.add_argument("--track", default="", help="the line of adapters; TILTYARD_TUNING_TRACK by default")
    parser.add_argument("--examples", type=int, default=1, help="shown of each kind")
    parser.add_argument("--out", type=Path, help="write all examples there, as JSON lines")
    return parser


if __name__ == "__main__":
    sys.exit(main())
