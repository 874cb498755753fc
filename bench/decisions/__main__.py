"""`python -m bench.decisions`: whether questions made by rules decide as written ones, and as the truth is.

    python -m bench.decisions --wires sample,much-news --seeds 1,2,3 --out out/decisions
    python -m bench.decisions --report --out out/decisions

On each newswire a model learns the pairs that rules make, once for each seed, and the arms of the contest `deciding`
answer both kinds of questions. The truth is what the written ones say over all trainings. A seed whose run is there is
not trained again. Left out are arms that are handed the right passages, which nobody could use, and those over the
newest documents, which take ten times as long (`--without`).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import quarters
from bench.decisions import agreement, both, kinds, measuring
from services.console.deciding import planning
from services.console.deciding.planning import Material, Speeds
from services.console.demo import newswire
from services.console.demo.newswire import Newswire
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from shared import lines, plugins
from shared.contests import files
from shared.lab.deciding.trial import RESULTS
from shared.lab.report.material import Times, times_of
from shared.messages import Result
from shared.settings import HomeSettings

CONTEST = "deciding"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, or print what was found."""
    options = _parser().parse_args(arguments)
    for name in options.wires:
        place = options.out / name
        if options.report:
            if (place / "wire").is_dir():
                sys.stdout.writelines(f"{line}\n" for line in report(name, place, options.by))
            continue
        _measure(name, place, options)


def report(name: str, place: Path, by: int) -> list[str]:
    """What the runs of one newswire say."""
    wire = newswire.load(place / "wire")
    files_of_runs = sorted((place / "runs").glob(f"*/{RESULTS}"), key=lambda file: (len(file.parent.name), file))
    runs = {file.parent.name: lines.read_all(file, Result) for file in files_of_runs}
    if not runs:
        return [f"{name}: no run is there yet"]
    made = sum(both.is_made(question.question_id) for question in wire.questions)
    head = f"{name}: {len(wire.questions) - made} written questions, {made} made ones, {len(runs)} trainings"
    rates = kinds.kinds()[name].rates
    return [head, *agreement.said(runs, _times(wire), rates, _training_s(wire), by)]


def _measure(name: str, place: Path, options: argparse.Namespace) -> None:
    wire = _wire(name, place, options.questions)
    contest = files.chosen(CONTEST)
    arms = tuple(arm for arm in contest.arms if arm.name not in options.without)
    settings, home = GeneratorSettings(threads=options.threads, speakers="base,tuned"), HomeSettings().home
    backend: Backend = plugins.load("services.generator.backends", settings.backend)(settings, home)
    contest = contest.model_copy(update={"arms": arms})
    measuring.measured(wire, contest, backend, settings, home, place / "runs", quarters.say).run(options.seeds)


def _wire(name: str, place: Path, most: int) -> Newswire:
    """As it was put together before, or now."""
    if not (place / "wire").is_dir():
        both.put_together(kinds.kinds()[name].write(place / "written"), place / "wire", most)
    return newswire.load(place / "wire")


def _times(wire: Newswire) -> Times:
    return times_of([*wire.edition1, *wire.edition2], read_from="the newswire")


def _training_s(wire: Newswire) -> float:
    """Seconds of a training on two quiet cores as foreseen: the measured ones depend on what else the machine does."""
    plan = planning.Plan(questions=0, trainings=1, tokens=None, shares=(), seconds=0.0)
    return planning.training_s(plan, Material(0, 0, 0, wire.facts, 0, tuned_arms=0), Speeds())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.decisions", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wires", type=_wires, default=[*kinds.kinds()], help=f"some of {', '.join(kinds.kinds())}")
    parser.add_argument("--seeds", type=lambda text: [*map(int, text.split(","))], default=(1, 2, 3))
    parser.add_argument("--questions", type=int, default=100, help="the most of each of the two kinds")
    parser.add_argument("--without", type=lambda text: text.split(","), default=("base+gold", "base+cag"))
    parser.add_argument("--by", type=int, default=3, help="trainings that a decision has; the truth has all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("out/decisions"))
    parser.add_argument("--report", action="store_true", help="print what was found")
    return parser


def _wires(text: str) -> list[str]:
    wires = text.split(",")
    if unknown := [name for name in wires if name not in kinds.kinds()]:
        raise argparse.ArgumentTypeError(f"no wire {', '.join(unknown)}: choose some of {', '.join(kinds.kinds())}")
    return wires


if __name__ == "__main__":
    main()
