"""`python -m bench.decisions`: whether questions made by rules decide as written ones, and as the truth is.

    python -m bench.decisions --wires sample,much-news --seeds 1,2,3 --out out/decisions
    python -m bench.decisions --report --out out/decisions

On each newswire a model learns the pairs that rules make, once for each seed, and the arms of the contest `deciding`
answer both kinds of questions. The first three trainings decide (`--by`), and what the written questions say over the
others is the truth. A seed whose run is there is not trained again. Left out are arms that are handed the right
passages, which nobody could use, and those over the newest documents, which take several times as long (`--without`).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import arguments, quarters
from bench.decisions import agreement, both, kinds, measuring
from services.console.deciding import planning
from services.console.deciding.planning import Material, Speeds
from services.console.demo import newswire
from services.console.demo.newswire import Newswire
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.contests import files
from shared.lab.report.material import Times, times_of
from shared.lab.report.phrasing import counted
from shared.messages import Contest
from shared.settings import HomeSettings

CONTEST, WITHOUT = "deciding", ("base+gold", "base+cag")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, or print what was found."""
    options = _parser().parse_args(arguments)
    for name in options.wires:
        place = options.out / name
        if options.report:
            if (place / "wire").is_dir():
                sys.stdout.writelines(f"{line}\n" for line in report(name, place, options.by, options.without))
            continue
        _measure(name, place, options)


def report(name: str, place: Path, by: int, without: Sequence[str] = WITHOUT) -> list[str]:
    """What the runs of one newswire say, of those that depend on what is there and set now."""
    wire = newswire.load(place / "wire")
    kept = measuring.kept(wire, contest_of(without), place / "runs")
    named = sorted((folder.name for folder in (place / "runs").glob("seed-*")), key=lambda run: (len(run), run))
    runs = {run: found.results for run in named if (found := kept.of(run)) is not None}
    if not runs:
        return [f"{name}: no run is there yet"]
    made = sum(both.is_made(question.question_id) for question in wire.questions)
    head = (
        f"{name}: {len(wire.questions) - made} written questions, {made} made ones, {counted(len(runs), 'training')} "
        f"on {wire.facts} of {wire.stated} facts"
    )
    rates = kinds.kinds()[name].rates
    return [head, *agreement.said(runs, _times(wire), rates, _training_s(wire), by, wire.taught_share)]


def _measure(name: str, place: Path, options: argparse.Namespace) -> None:
    wire, contest = wire_of(name, place, options.questions), contest_of(options.without)
    settings, home = GeneratorSettings(threads=options.threads, speakers="base,tuned"), HomeSettings().home
    measuring.kept(wire, contest, place / "runs").drop_others()
    backend: Backend = plugins.load("services.generator.backends", settings.backend)(settings, home)
    measuring.measured(wire, contest, backend, settings, home, place / "runs", quarters.say).run(options.seeds)


def contest_of(without: Sequence[str]) -> Contest:
    """Without some arms."""
    contest = files.chosen(CONTEST)
    return contest.model_copy(update={"arms": tuple(arm for arm in contest.arms if arm.name not in without)})


def wire_of(name: str, place: Path, most: int) -> Newswire:
    """As it was put together before, or now. Raises ValueError where it was with another number of questions."""
    limit = place / "questions.txt"
    if not (place / "wire").is_dir():
        both.put_together(kinds.kinds()[name].write(place / "written"), place / "wire", most)
        limit.write_text(f"{most}\n", encoding="utf-8")
    if (was := limit.read_text(encoding="utf-8").strip()) != str(most):
        raise ValueError(f"{place} holds at most {was} questions of a kind: say --questions {was}, or another --out")
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
    parser.add_argument(
        "--wires",
        type=arguments.wires(kinds.kinds()),
        default=[*kinds.kinds()],
        help=f"some of {', '.join(kinds.kinds())}",
    )
    parser.add_argument("--seeds", type=lambda text: [*map(int, text.split(","))], default=(1, 2, 3))
    parser.add_argument("--questions", type=int, default=100, help="the most of each of the two kinds")
    parser.add_argument("--without", type=lambda text: text.split(","), default=WITHOUT)
    parser.add_argument("--by", type=int, default=3, help="trainings that decide; the truth is of the others")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("out/decisions"))
    parser.add_argument("--report", action="store_true", help="print what was found")
    return parser


if __name__ == "__main__":
    main()
