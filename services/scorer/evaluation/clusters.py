"""Which questions are not independent: those about one document, and one question asked twice."""

from collections.abc import Mapping

from services.scorer.evaluation.predictions import Prediction
from shared.statistics.clusters import joined


def of(questions: Mapping[str, Prediction]) -> dict[str, str] | None:
    """Question key -> cluster, the same where questions share a gold document or an id, also by way of others.

    None where every question stands alone.
    """
    clusters = joined({key: _links(one) for key, one in questions.items()})
    return clusters if len(set(clusters.values())) < len(clusters) else None


def _links(one: Prediction) -> list[str]:
    return [f"question {one.question.question_id}", *(f"document {name}" for name in one.question.gold_document_ids)]
