"""What is said of a measure is said in its file, and everything that counts, shows or compares measures follows it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.console.views import scoreboard
from shared import measures, plugins
from shared.lab import summary
from shared.lab.report import sections
from shared.lab.report.blocks import Table
from shared.lab.report.material import gather
from shared.lab.report.numbers import count
from shared.messages import Answer, Question, Result
from shared.scoring import catalogue
from shared.settings import EncoderSettings
from tests.builders import NOON, a_question, an_answer
from tests.results import a_result, a_scored

EXAMPLE = re.search(r"`shared/measures/opening\.py`:\n\n```python\n(.*?)```",
                    (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(), re.DOTALL)  # fmt: skip


@pytest.fixture
def one_file_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The measure that CONTRIBUTING adds, as a file beside the others."""
    assert EXAMPLE is not None
    (tmp_path / "opening.py").write_text(EXAMPLE[1])
    monkeypatch.setattr(measures, "__path__", [*measures.__path__, str(tmp_path)])
    catalogue.described.cache_clear()
    yield "opening"
    catalogue.described.cache_clear()
    sys.modules.pop("shared.measures.opening", None)


def test_a_measure_that_is_shown_is_one_file(one_file_more: str, capsys: pytest.CaptureFixture[str]) -> None:
    question = a_question()
    scored = catalogue.load(["opening"], EncoderSettings(variant="hashing"))["opening"]
    values = {text: scored.score(question, an_answer(text=text)) for text in ("The old harbour, I think", "No idea")}
    assert list(values.values()) == [1.0, 0.0]
    assert one_file_more in catalogue.counted()

    numbers = count(gather([_asked(number, value) for number, value in enumerate((1.0, 0.0, 1.0, 1.0))], read_from="x"))
    tables = [block for section in sections.of(numbers) for block in section.blocks if isinstance(block, Table)]
    [row] = [dict(zip(table.heads, table.rows[0], strict=True)) for table in tables if "opens right" in table.heads]
    assert row["opens right"].startswith("75.0 (")

    counts = summary.of_numbers(numbers)
    assert counts.arms["base"]["all"].means["opening"] == 0.75
    scoreboard.show(counts)
    assert "open." in capsys.readouterr().out


def _asked(number: int, value: float) -> Result:
    at = NOON + timedelta(seconds=number)
    return a_result(a_scored("base", scores={"opening": value}), question_id=f"q-{number}", asked_at=at)


def test_what_is_described_is_every_file_and_what_no_file_scores() -> None:
    described = catalogue.described()

    assert set(described) == set(plugins.names(catalogue.MEASURES)) | {"failed", "missing"}
    assert len({measure.heading for measure in described.values()}) == len(described), "two measures have one heading"
    assert len({column.place for column in catalogue.shown().values()}) == len(catalogue.shown()), (
        "two stand at one place"
    )
    assert next(iter(catalogue.shown())) == catalogue.HEADLINE
    assert all(low < high for low, high in (measure.range for measure in described.values()))


def test_measures_are_described_without_the_libraries_that_they_score_with() -> None:
    """A report is made where no scorer is installed."""
    absent = ("nltk", "sacrebleu", "rouge_score", "py3langid", "dateparser", "jsonschema", "torch")
    code = f"import sys; sys.modules.update(dict.fromkeys({absent})); "
    code += "from shared.scoring import catalogue; print(len(catalogue.described()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == (str(len(catalogue.described())), "")


def test_a_score_outside_its_measures_range_is_refused_with_its_place() -> None:
    catalogue.hold_within_range({"f1": 0.4, "correct": None, "unheard-of": 1.0}, "question q-1")
    for value in (1.2, -0.1, float("nan")):
        with pytest.raises(RuntimeError, match=r"metric f1 gave .* for question q-1: not within \[0, 1\]"):
            catalogue.hold_within_range({"f1": value}, "question q-1")


def test_what_a_measure_says_of_the_evidence_it_reads_is_what_it_reads() -> None:
    """Without the texts, which a result leaves out, only measures of texts have no value."""
    question = a_question(gold_document_ids=("story-1",))
    whole = an_answer(evidence=("story-1:1:0",), evidence_texts=("The fair moves to the old harbour.",),
                      citations=("story-1:1:0",), retrieval_ms=3.0)  # fmt: skip
    without = whole.model_copy(update={"evidence_texts": ()})
    nothing = without.model_copy(update={"evidence": (), "citations": (), "retrieval_ms": 0.0})

    evidence = {name: _reads(name, question, whole, without, nothing) for name in plugins.names(catalogue.MEASURES)}
    assert evidence == {name: catalogue.described()[name].evidence for name in evidence}


def _reads(name: str, question: Question, whole: Answer, without: Answer, nothing: Answer) -> str:
    encoder = EncoderSettings(variant="hashing", dimensions=16)
    score = catalogue.load([name], encoder)[name].score
    if score(question, whole) != score(question, without):
        return "texts"
    return "ids" if score(question, without) != score(question, nothing) else ""
