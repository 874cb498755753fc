"""What everyone may read of a result: none of the words of a document with labels, but for what answers made of them.

An answer that was made from such a document may repeat it, and whoever asked must be told the answer. So the result
names the labels, and its topic is for readers who may be shown them; or the texts are left out, and stand in the store.
"""

from shared.messages import Answer, Reply, Result, ScoredAnswer, Verdicts
from shared.restriction import guarding, labels_of, made_of


def published(result: Result, *, withhold: bool) -> list[Result]:
    """The result as it goes out. `withhold`: without what was said by arms that read a document with labels."""
    answers = {arm: _said_of(scored, result.question.labels) for arm, scored in result.answers.items()}
    labels = tuple(sorted({label for scored in answers.values() for label in labels_of(scored.answer)}))
    shown = result.model_copy(update={"answers": answers, "labels": labels})
    if not withhold:
        return [shown]
    shown = _without_history(shown)
    return [_withheld(shown) if guarding(labels) else shown]


def _said_of(scored: ScoredAnswer, asked_with: tuple[str, ...]) -> ScoredAnswer:
    answer = made_of(scored.answer, asked_with)
    if not labels_of(answer):
        return scored
    titles = tuple(
        "" if guarding(labels) else title
        for title, labels in zip(answer.evidence_titles, answer.evidence_labels, strict=False)
    )
    return scored.model_copy(update={"answer": answer.model_copy(update={"evidence_titles": titles})})


def _withheld(result: Result) -> Result:
    """Judges quote answers, and may have read these before they were withheld."""
    answers = {
        arm: scored.model_copy(update={"answer": _without_text(scored.answer)})
        if guarding(labels_of(scored.answer))
        else scored
        for arm, scored in result.answers.items()
    }
    verdicts = tuple(taken.model_copy(update={"verdicts": _unquoted(taken.verdicts)}) for taken in result.verdicts)
    return result.model_copy(update={"answers": answers, "verdicts": verdicts, "withheld": True})


def _without_history(result: Result) -> Result:
    """What was said before a question with labels may be an answer that was made from documents with labels."""
    if not guarding(result.question.labels):
        return result
    return result.model_copy(update={"question": result.question.model_copy(update={"history": ()})})


def _unquoted(verdicts: Verdicts) -> Verdicts:
    comparisons = tuple(
        made.model_copy(update={"replies": tuple(map(_unsaid, made.replies))}) for made in verdicts.comparisons
    )
    grades = tuple(made.model_copy(update={"reply": _unsaid(made.reply)}) for made in verdicts.grades)
    return verdicts.model_copy(update={"comparisons": comparisons, "grades": grades})


def _unsaid(reply: Reply) -> Reply:
    return reply.model_copy(update={"text": ""})


def _without_text(answer: Answer) -> Answer:
    failure = None if answer.failure is None else answer.failure_kind or "withheld"
    return answer.model_copy(update={"text": "", "withheld": "", "failure": failure})
