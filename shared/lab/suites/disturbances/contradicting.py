"""Sources that disagree: beside each gold document stands the same story with another answer in it."""

import random
from collections.abc import Mapping, Sequence

import regex  # its \w holds combining marks

from shared.lab.suites.disturbing import Disturbed
from shared.lab.suites.folder import Suite
from shared.messages import DocumentPublished, Question

SAID = "beside each gold document the same story with a wrong answer, as old and from the same source"


def disturb(suite: Suite, draw: random.Random) -> Disturbed:
    """The wrong answer is what later news had made wrong, where the question says it, else the answer to another
    question, with digits if the right one has some. It is set as `outdated`, so that saying it is counted.

    Only questions whose answer stands in a gold document are asked.
    """
    standing, asked, wrong = suite.standing, list[Question](), dict[str, dict[str, str]]()
    for question in suite.questions:
        holders = [name for name in question.gold_document_ids if name in standing and _holds(standing[name], question)]
        planted = question.outdated or _other_answer(
            question, suite.questions, [standing[name] for name in holders], draw
        )
        if holders and planted:
            asked.append(question.model_copy(update={"outdated": planted}))
            for name in holders:
                wrong.setdefault(name, {}).update(dict.fromkeys(question.references or (), planted))
    liars = [_contradicting(standing[name], answers) for name, answers in sorted(wrong.items())]
    return Disturbed(asked, documents=[*suite.documents, *liars])


def _holds(document: DocumentPublished, question: Question) -> bool:
    return any(_words(reference).search(document.text) for reference in question.references or ())


def _other_answer(
    question: Question, questions: Sequence[Question], holders: Sequence[DocumentPublished], draw: random.Random
) -> str:
    """The answer to another question that none of these documents holds; "" where there is none."""
    right = question.references or ()
    others = sorted(
        {other.references[0] for other in questions if other.references and not set(other.references) & set(right)}
    )
    able = [answer for answer in others if not any(_words(answer).search(document.text) for document in holders)]
    alike = [answer for answer in able if right and _has_digits(answer) == _has_digits(right[0])]
    return draw.choice(alike or able) if able else ""


def _contradicting(document: DocumentPublished, answers: Mapping[str, str]) -> DocumentPublished:
    """The same story under another id with every right answer replaced, in one go and longer ones first."""
    wrong = {right.lower(): planted for right, planted in answers.items()}
    rights = "|".join(regex.escape(right) for right in sorted(answers, key=len, reverse=True))
    pattern = regex.compile(rf"(?<!\w)(?:{rights})(?!\w)", regex.IGNORECASE)
    title, text = (
        pattern.sub(lambda match: wrong[match.group().lower()], original)
        for original in (document.title, document.text)
    )
    return document.model_copy(
        update={"document_id": f"{document.document_id}~contradiction", "title": title, "text": text}
    )


def _words(answer: str) -> "regex.Pattern[str]":
    """The answer as whole words, whatever their case."""
    return regex.compile(rf"(?<!\w){regex.escape(answer)}(?!\w)", regex.IGNORECASE)


def _has_digits(text: str) -> bool:
    return any(letter.isdigit() for letter in text)
