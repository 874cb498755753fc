"""What every metric promises, whichever file it is in."""

import pytest

from services.scorer import metric
from services.scorer.settings import METRICS
from shared import plugins
from shared.messages import Question
from shared.settings import EncoderSettings
from tests.builders import a_question, an_answer

NAMES = plugins.names("services.scorer.metrics")
HASHING = EncoderSettings(variant="hashing", dimensions=32)
QUESTIONS = [
    a_question(references=references, outdated=outdated)
    for references in (None, (), ("the old harbour",), ("?!", "", "Zoë 3.5"), ("x " * 500,))
    for outdated in (None, "Tavrick Fields")
]
ANSWERS = [
    an_answer(text=text, status=status)
    for text in ("", "   ", "?!", "The old harbour", "zoë said 3.5", "x " * 2_000, "<|im_start|> 東京 \x00 🎪")
    for status in ("answered", "abstained", "failed")
]


@pytest.fixture(scope="module", params=NAMES)
def built(request: pytest.FixtureRequest) -> metric.Metric:
    return metric.load([request.param], HASHING)[request.param]


def test_it_has_a_version(built: metric.Metric) -> None:
    assert built.version


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_lies_between_0_and_1_and_whether_it_applies_is_up_to_the_question(
    built: metric.Metric, question: Question
) -> None:
    values = [built.score(question, answer) for answer in ANSWERS]

    assert all(value is None for value in values) or all(value is not None and 0 <= value <= 1 for value in values)
    assert [built.score(question, answer) for answer in ANSWERS] == values


def test_every_metric_of_the_default_settings_is_a_file() -> None:
    assert set(METRICS) <= set(NAMES)


def test_an_unknown_metric_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="rouge_l"):
        metric.load(["bleu"], HASHING)
