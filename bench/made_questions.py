"""`python -m bench.made_questions`: whether questions that rules make decide as those that a person wrote.

    python -m bench.made_questions --of services/console/newswire --out out/both/sample
    tiltyard demo --wire out/both/sample --questions all --contest deciding --out out/both/sample-contest
    python -m bench.made_questions --compare out/both/sample-contest

The first puts both kinds of questions about one newswire into one folder, so that the same arms answer both; they learn
the pairs of that newswire. The last lays every difference of two arms side by side, of one training. The aim: the same
way to use, no decided difference with another sign, and none that lies 10 points apart.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from tempfile import TemporaryDirectory

from services.console import jobs
from shared import lines, normalise
from shared.jobs.asking import JOB
from shared.lab.deciding import making, trial
from shared.lab.deciding.basis import MADE
from shared.lab.deciding.made_with import Options
from shared.lab.deciding.values import Rates, Values
from shared.lab.report.material import DocumentTimes, Times, gather
from shared.lab.report.numbers import count
from shared.messages import DocumentPublished, Question, Result, TrainingPair
from shared.scoring.catalogue import HEADLINE
from shared.standings import ALL
from shared.statistics.comparison import Comparison

EDITIONS = ("edition1.documents.jsonl", "edition2.documents.jsonl")
PAIRS, QUESTIONS = "training_pairs.jsonl", "questions.jsonl"
APART = 0.1
RATES = Rates(questions_per_day=1_000.0, updates_per_day=50.0)


@dataclass(frozen=True)
class SideBySide:
    """One difference of two arms, by written and by made questions."""

    written: Comparison
    made: Comparison

    @property
    def gap(self) -> float:
        return (self.made.difference or 0.0) - (self.written.difference or 0.0)

    @property
    def limits(self) -> tuple[float, float]:
        """95 % limits of the gap, as if the two kinds had no document in common: too wide rather than too narrow."""
        reach = hypot(_half(self.written), _half(self.made))
        return self.gap - reach, self.gap + reach

    @property
    def contradicts(self) -> bool:
        """Whether both are decided, and for another arm."""
        verdicts = {self.written.verdict, self.made.verdict}
        return {"a", "b"} <= verdicts


def main() -> None:
    """Put together, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--of", type=Path, help="a newswire folder with questions that a person wrote")
    parser.add_argument("--out", type=Path, help="folder for the same with made questions beside")
    parser.add_argument("--compare", type=Path, nargs="+", default=(), help="folders of trials over such newswires")
    options = parser.parse_args()
    if options.of and options.out:
        put_together(options.of, options.out)
    for folder in options.compare:
        sys.stdout.writelines(f"{line}\n" for line in report(folder))


def put_together(wire: Path, out: Path) -> None:
    """The newswire's documents and pairs, and both kinds of questions; no pair has the words of a made one."""
    editions = [lines.read_all(wire / name, DocumentPublished) for name in EDITIONS]
    with TemporaryDirectory() as place:
        documents = Path(place) / "documents.jsonl"
        _write(documents, [document for edition in editions for document in edition])
        last = max(document.published_at for document in editions[0] if document.published_at)
        arguments = [str(documents), "--out", place, "--cutoff", last.isoformat()]
        list(jobs.run(JOB, arguments, os.environ))
        made = lines.read_all(Path(place) / QUESTIONS, Question)
    written = lines.read_all(wire / QUESTIONS, Question)
    words = {normalise.words(question.text) for question in made}
    pairs = [pair for pair in lines.read_all(wire / PAIRS, TrainingPair) if normalise.words(pair.question) not in words]
    out.mkdir(parents=True, exist_ok=True)
    for name in EDITIONS:
        shutil.copy(wire / name, out / name)
    _write(out / PAIRS, pairs)
    _write(out / QUESTIONS, [*written, *made])
    sys.stderr.write(f"{len(written)} written and {len(made)} made questions, {len(pairs)} pairs: {out}\n")


def report(folder: Path) -> Iterator[str]:
    """Each difference, then what the aim asks."""
    found = trial.found([folder])
    results = [result for file in found.results for result in lines.read_all(file, Result)]
    times = Times({of.document_id: of for of in lines.read_all(folder / trial.DOCUMENTS, DocumentTimes)})
    kinds = [[result for result in results if result.question.question_id.startswith(MADE) is made]
             for made in (False, True)]  # fmt: skip
    best = []
    for of_kind in kinds:
        material = gather(of_kind, read_from=str(folder), times=times)
        options = Options(sources=(str(folder),), values=Values(), rates=RATES)
        best.append(making.decided(material, found, options).decision)
    both = list(side_by_side(*kinds))
    yield f"{folder}: {len(kinds[0])} written questions, {len(kinds[1])} made ones"
    for pair in both:
        yield (
            f"  {pair.written.a} - {pair.written.b}: written {_said(pair.written)}, made {_said(pair.made)}, "
            f"apart {100 * pair.gap:+.1f} ({100 * pair.limits[0]:+.1f} to {100 * pair.limits[1]:+.1f})"
        )
    yield f"  to use: written {best[0].best}, made {best[1].best}"
    yield f"  decided for another arm: {sum(pair.contradicts for pair in both)} of {len(both)}"
    yield f"  more than {100 * APART:.0f} points apart: {sum(abs(pair.gap) > APART for pair in both)} of {len(both)}"


def side_by_side(written: Sequence[Result], made: Sequence[Result]) -> Iterator[SideBySide]:
    """All differences in right answers over all questions of each kind."""
    counted = [
        {(of.a, of.b): of for of in count(gather(results, read_from="results")).comparisons
         if of.metric == HEADLINE and of.slice == ALL and of.difference is not None}
        for results in (written, made)
    ]  # fmt: skip
    for names, of_written in counted[0].items():
        if (of_made := counted[1].get(names)) is not None:
            yield SideBySide(of_written, of_made)


def _half(of: Comparison) -> float:
    return ((of.high or 0.0) - (of.low or 0.0)) / 2


def _said(of: Comparison) -> str:
    low, high = of.low or 0.0, of.high or 0.0
    return f"{100 * (of.difference or 0.0):+.1f} ({100 * low:+.1f} to {100 * high:+.1f}), n = {of.n}, {of.verdict}"


def _write(file: Path, rows: Sequence[DocumentPublished] | Sequence[TrainingPair] | Sequence[Question]) -> None:
    file.write_text("".join(f"{row.model_dump_json(exclude_defaults=True)}\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
