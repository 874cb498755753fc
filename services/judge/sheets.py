"""What there is to judge in a result, as sheets: pairs of answers in both orders, and answers beside references.

Only answers are judged: an arm that abstained, failed or is missing said nothing that could be better or worse, and
two answers that say the same are not compared.
"""

from collections.abc import Sequence

from services.judge.judge_prompt import Prompt
from services.judge.ports import Sheet
from services.judge.settings import Pair
from shared.messages import Question, Result


def pairs(result: Result, wanted: Sequence[Pair]) -> list[Pair]:
    """The wanted pairs of which both arms gave an answer, and not the same one."""
    answers = _answers(result)
    return [
        (first, second)
        for first, second in wanted
        if first in answers and second in answers and _plain(answers[first]) != _plain(answers[second])
    ]


def arms(result: Result, wanted: Sequence[str]) -> list[str]:
    """The wanted arms that gave an answer; none where there is no reference to grade by."""
    return [arm for arm in wanted if arm in _answers(result)] if result.question.references else []


def comparing(result: Result, pair: Pair, prompt: Prompt, words: int) -> tuple[Sheet, Sheet]:
    """A pair's two sheets: with its first arm at the first place, then with its second."""
    first, second = (_cut(_answers(result)[arm], words) for arm in pair)
    question = asked(result.question, words)
    orders = ((first, second), (second, first))
    straight, turned = (
        Sheet(
            prompt.system, prompt.filled(question=question, first=a, second=b), result.question, (a, b), prompt.labels
        )
        for a, b in orders
    )
    return straight, turned


def grading(result: Result, arm: str, prompt: Prompt, words: int) -> Sheet:
    """The sheet of one arm's answer beside the references."""
    question, answer = result.question, _cut(_answers(result)[arm], words)
    accepted = _cut(" | ".join(question.references or ()), words)
    user = prompt.filled(question=asked(question, words), references=accepted, answer=answer)
    return Sheet(prompt.system, user, question, (answer,), prompt.labels)


def asked(question: Question, words: int) -> str:
    """The question as it is put to the judge, with its choices and the end of what was said before."""
    before = "".join(f"{turn.role}: {turn.text.strip()}\n" for turn in question.history)[-20 * words :]
    choices = f"\nChoices: {'; '.join(question.choices)}" if question.choices else ""
    return f"{before}{question.text.strip()}{choices}"


def _answers(result: Result) -> dict[str, str]:
    answers = {arm: scored.answer for arm, scored in result.answers.items() if scored.answer.status == "answered"}
    return {arm: answer.text for arm, answer in answers.items() if answer.text.strip()}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".")


def _cut(text: str, words: int) -> str:
    """At most so many words, and at most 20 characters a word, so that no text is endless."""
    return " ".join(text.split()[:words])[: 20 * words]
