"""How sure the arms said to be, held against how often they were right."""

from collections.abc import Mapping, Sequence

from shared.certainty import probability
from shared.messages import Result
from shared.scoring.catalogue import CORRECT
from shared.statistics.calibration import Calibration, calibration


def calibrated(results: Sequence[Result], arm: str, clusters: Mapping[str, str]) -> Calibration:
    """One arm's probabilities against `correct`, over the answers that have both; n = 0 where a backend tells none."""
    found = [
        (said, one.scores[CORRECT] >= 0.5, clusters[result.question.question_id])
        for result in results
        if (one := result.answers.get(arm)) and CORRECT in one.scores and (said := probability(one.answer)) is not None
    ]
    return calibration([said for said, _, _ in found], [right for _, right, _ in found], [of for _, _, of in found])
