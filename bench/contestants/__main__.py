"""`python -m bench.contestants`: each practical way of knowing the news, over wires or over editions, and the table.

    python -m bench.contestants --wires dev-2,dev-5 --seeds 1,2,3 --out out/contestants.jsonl
    python -m bench.contestants --wires dev-2 --recipe embedded --recipe mine.yaml --out out/contestants.jsonl
    python -m bench.contestants --drift 7 --editions 6 --out out/contestants.jsonl
    python -m bench.contestants --report out/contestants.jsonl

Each unit of work is one JSON line of `--out`; started again, it does what is missing. A line is of one wire or stream,
one recipe, one model and one set of settings: what is measured by others stands beside it in the file. Recipes and
everything else are chosen on dev wires and on other seeds than the one that is reported. Adapters of a stream are kept
in `--folder`.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import arguments, quarters
from bench.contestants import contenders, drifting, records, report
from bench.contestants.asking import Remembering
from bench.contestants.contenders import RECIPES, SharedSetup
from bench.contestants.drifting import Asking
from bench.contestants.editions import Stream
from bench.contestants.library import Library
from bench.contestants.wires import Plan
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.lab.wires import named
from shared.lab.wires.knobs import Knobs
from shared.settings import EncoderSettings, HomeSettings

CONTESTANTS = (
    "base,base+rag,base+dense,base+bm25,base+rag+3,base+rag+dates,base+gold,base+cag,"
    "tuned,tuned+rag,continual,continual+rag"
)
EDITIONS = {"documents": 24, "facts": 3, "new": 4, "corrections": 3, "retractions": 1, "updates": 3, "reprints": 0}
"""Documents of the first edition with the facts of each, and changes of each later one.

Some 60 documents are stored after the sixth, and a training on all that stands then reads some 130,000 tokens.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for, or print the table of what was measured."""
    options = _options(arguments)
    if options.report:
        sys.stdout.write(report.text(records.read(options.report), markdown=options.markdown))
        return
    tracks = dict.fromkeys(arm.speaker for arm in contenders.contest().arms if arm.taken.is_tuned)
    settings = GeneratorSettings(threads=options.threads, speakers=",".join(("base", *tracks)))
    home = HomeSettings().home
    backend: Backend = plugins.load("services.generator.backends", settings.backend)(settings, home)
    if options.wires:
        recipes = options.recipe or [RECIPES["tuned"]]
        plan = Plan(options.wires, options.seeds, recipes, options.questions or 40, options.folder)
        plan.run(Remembering(backend), settings, home, options.out, quarters.say)
    if options.drift is not None:
        _drift(options, backend, settings, home)


def _drift(options: argparse.Namespace, backend: Backend, settings: GeneratorSettings, home: Path) -> None:
    sizes = EDITIONS | {"documents": options.documents}
    knobs = Knobs(seed=options.drift, editions=options.editions, wordings=options.wordings, **sizes)
    stream = Stream(knobs)
    library = Library(contenders.contest(), EncoderSettings(), datetime(2025, 1, 1, tzinfo=UTC))
    recipes = RECIPES | dict.fromkeys(("tuned",) if options.recipe else (), "".join(options.recipe))
    setup = SharedSetup.around(
        backend, settings, library, home=home, folder=options.folder, stream=stream.name, say=quarters.say,
        recipes=recipes,
    )  # fmt: skip
    names = options.contestants.split(",")
    contestants = {name: setup.contestant(name) for name in names}
    drifting.run(stream, contestants, options.out, Asking(options.questions or 8, options.general, setup.digest))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.wires and options.drift is None and options.report is None:
        parser.error("nothing to do: name --wires, --drift or --report")
    if options.drift is not None and len(options.recipe) > 1:
        parser.error("over editions a contestant learns by one recipe: give --recipe once, or start once for each")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.contestants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wires", type=arguments.wires(named.named()), default=(), help="named wires, comma-separated")
    parser.add_argument("--seeds", type=lambda text: [*map(int, text.split(","))], default=(1, 2, 3))
    parser.add_argument("--recipe", action="append", default=[], help="of the trainings anew: its name or a path.yaml; "
                        "with --wires it may be given several times")  # fmt: skip
    parser.add_argument("--drift", type=int, default=None, help="seed of a stream of editions")
    parser.add_argument("--editions", type=int, default=6)
    parser.add_argument("--documents", type=int, default=EDITIONS["documents"], help="of the first edition")
    parser.add_argument("--wordings", type=int, default=2, help="training pairs of each fact of the stream")
    parser.add_argument("--contestants", default=CONTESTANTS, help=f"some of {', '.join(contenders.names())}")
    parser.add_argument("--questions", type=int, default=None, help="of each kind; wires: 40, editions: 8")
    parser.add_argument("--general", type=int, default=20, help="general questions after an edition")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("out/contestants"), help="of the adapters of a stream")
    parser.add_argument("--out", type=Path, default=Path("out/contestants.jsonl"))
    parser.add_argument("--report", type=Path, default=None, help="a file of units: print its tables")
    parser.add_argument("--markdown", action="store_true", help="of the report: tables in Markdown")
    return parser


if __name__ == "__main__":
    main()
