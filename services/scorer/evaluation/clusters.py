"""Which questions are not independent: those about one document, and one question asked twice."""

from collections.abc import Mapping

from services.scorer.evaluation.predictions import Prediction


def of(questions: Mapping[str, Prediction]) -> dict[str, str] | None:
    """Question key -> cluster, the same where questions share a gold document or an id, also by way of others.

    None where every question stands alone.
    """
    links = {key: _links(one) for key, one in questions.items()}
    leads: dict[str, str] = {}
    for names in links.values():
        first = _end(leads, names[0])
        for name in names[1:]:
            leads[_end(leads, name)] = first
    clusters = {key: _end(leads, names[0]) for key, names in links.items()}
    return clusters if len(set(clusters.values())) < len(clusters) else None


def _links(one: Prediction) -> list[str]:
    return [f"question {one.question.question_id}", *(f"document {name}" for name in one.question.gold_document_ids)]


def _end(leads: dict[str, str], name: str) -> str:
    """Where a chain of joined names ends; shortens the chain on the way (union-find)."""
    end = leads.setdefault(name, name)
    while leads[end] != end:
        end = leads[end]
    while leads[name] != end:
        leads[name], name = end, leads[name]
    return end
