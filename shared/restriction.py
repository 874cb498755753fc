"""Documents with labels are not for everyone: whose they are, and which answers were made from them.

What may be said of them where everyone can read is decided in `docs/adr/0025-what-a-restricted-document-may-show.md`.
"""

from collections.abc import Collection

from shared.messages import Answer, Result

APART = "suite:"
"""How the labels of suites begin. They keep a suite's documents apart from the news, and guard no secret."""


def guarding(labels: Collection[str]) -> bool:
    """Whether any of these labels keeps a document from readers."""
    return any(not label.startswith(APART) for label in labels)


def made_of(answer: Answer, asked_with: tuple[str, ...]) -> Answer:
    """The answer with the labels of each of its passages.

    A worker from before answers said them may have shown any passage that the question's labels (`asked_with`) open,
    so then each passage counts as one with these.
    """
    if answer.evidence_labels or not asked_with:
        return answer
    return answer.model_copy(update={"evidence_labels": (asked_with,) * len(answer.evidence)})


def labels_of(answer: Answer) -> set[str]:
    """Of all the documents that the answer was made from."""
    return {label for labels in answer.evidence_labels for label in labels}


def for_everyone(result: Result) -> bool:
    """Whether its answers may be shown on a page for others: neither question nor passages have a guarding label."""
    passages = (labels for scored in result.answers.values() for labels in scored.answer.evidence_labels)
    return not guarding(result.question.labels) and not any(map(guarding, passages))
