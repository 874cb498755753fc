"""What a voter is shown: two answers to one question, without a word on where they come from.

Question, pair and order follow from a hash of the voter's name: whoever starts anew meets the same choice again, so
that nobody can wait for one that suits, and two voters see the sides in orders that have nothing to do with each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

from shared.messages import Choice, Result, Vote
from shared.restriction import for_everyone

Pair = tuple[str, str]
Voted = Mapping[str, AbstractSet[Pair]]
"""Question id -> the pairs that a voter has voted on."""


@dataclass(frozen=True)
class Shown:
    """One blind choice. The arms are for the vote, never for the voter's eyes."""

    question_id: str
    question: str
    text_a: str
    text_b: str
    arm_a: str
    arm_b: str

    def vote(self, voter: str, choice: Choice) -> Vote:
        return Vote(question_id=self.question_id, arm_a=self.arm_a, arm_b=self.arm_b, choice=choice, voter=voter)

    def as_dict(self) -> dict[str, str]:
        """What may be shown."""
        return {"question_id": self.question_id, "question": self.question, "A": self.text_a, "B": self.text_b}


def offer(results: Iterable[Result], voter: str, voted: Voted, *, recent: int) -> Shown | None:
    """A choice that this voter has not made yet, from the `recent` questions asked last; None if there is none.

    A question with a vote of this voter is not offered again, nor are answers that say the same, nor what not everyone
    may be shown.
    """
    results = (result for result in results if for_everyone(result))
    newest = sorted(results, key=lambda result: (result.asked_at, result.question.question_id))[-recent:]
    unseen = [result for result in newest if result.question.question_id not in voted]
    for result in sorted(unseen, key=lambda result: _digest(voter, result.question.question_id)):
        if pairs := _telling(result):
            return _shown(result, voter, pairs)
    return None


def choice_on(result: Result, voter: str, voted: Voted) -> Shown:
    """A choice on this question: a pair that this voter has not voted on, or one to think about again.

    Raises ValueError where fewer than two arms have answered, or where not everyone may be shown the answers.
    """
    if not for_everyone(result):
        raise ValueError(
            f"{result.question.question_id!r} was asked with labels, or answered from documents with labels: "
            "not everyone may be shown its answers"
        )
    pairs = _telling(result) or _answered(result)
    if not pairs:
        raise ValueError(f"fewer than two arms answered {result.question.question_id!r}: there is nothing to compare")
    done = voted.get(result.question.question_id, frozenset())
    return _shown(result, voter, [pair for pair in pairs if pair not in done] or pairs)


def _answered(result: Result) -> list[Pair]:
    """Abstentions and failures are seen to be what they are; people are asked about answers."""
    arms = sorted(arm for arm, scored in result.answers.items() if scored.answer.status == "answered")
    return list(combinations(arms, 2))


def _telling(result: Result) -> list[Pair]:
    pairs = _answered(result)
    plain = {arm: _plain(result, arm) for arm in {arm for pair in pairs for arm in pair}}
    return [(a, b) for a, b in pairs if plain[a] != plain[b]]


def _plain(result: Result, arm: str) -> str:
    return " ".join(result.answers[arm].answer.text.casefold().split()).rstrip(".")


def _shown(result: Result, voter: str, pairs: Sequence[Pair]) -> Shown:
    question = result.question
    pair = min(pairs, key=lambda pair: _digest(voter, question.question_id, "pair", *pair))
    turned = _digest(voter, question.question_id, "order", *pair)[0] % 2 == 1
    arm_a, arm_b = reversed(pair) if turned else pair
    return Shown(
        question_id=question.question_id,
        question=question.text,
        text_a=result.answers[arm_a].answer.text,
        text_b=result.answers[arm_b].answer.text,
        arm_a=arm_a,
        arm_b=arm_b,
    )


def _digest(*parts: str) -> bytes:
    """The same on every machine; lengths keep ("ab", "c") and ("a", "bc") apart."""
    return sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).digest()
