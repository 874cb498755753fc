"""How sure the arms said to be, held against how often they were right."""

from collections.abc import Mapping, Sequence

from shared.certainty import probability
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE, is_right
from shared.statistics.calibration import Calibration, calibration


def calibrated(results: Sequence[Result], arm: str, clusters: Mapping[str, str]) -> Calibration:
    """One arm's probabilities against `right`, over the answers that have both; n = 0 where a backend tells none."""
    answers = [
        (stated, is_right(scored.scores[HEADLINE]), clusters[result.question.question_id])
        for result in results
        if (scored := result.answers.get(arm))
        and HEADLINE in scored.scores
        and (stated := probability(scored.answer)) is not None
    ]
    return calibration(
        [stated for stated, _, _ in answers], [right for _, right, _ in answers], [cluster for _, _, cluster in answers]
    )
