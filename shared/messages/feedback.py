"""What is learned about a question after it was asked: accepted answers, and what people think of the answers.

Both may come in any order and long after the question; the scorer attaches them to its result.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.messages.schema import Identifier, Message, Moment, PublicMessage, bytes_of

Choice = Literal["a", "b", "tie", "both_bad"]
CHOICES: tuple[Choice, ...] = ("a", "b", "tie", "both_bad")
MOST_BYTES = 256 * 1024
"""Of what is accepted as an answer, and as many of the question itself."""
ACCEPTED = {"references", "outdated", "gold_document_ids"}
"""The fields, of a question and of references, that say what is accepted."""
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$")]
_Text = Annotated[str, Field(max_length=4_000)]
FLIPPED: dict[Choice, Choice] = {"a": "b", "b": "a", "tie": "tie", "both_bad": "both_bad"}


class References(PublicMessage):
    """The accepted answers of a question from now on. The newest message says all: what it leaves out is unknown."""

    question_id: Identifier
    references: tuple[_Text, ...] = Field(max_length=100, description="accepted answers; empty: abstaining is right")
    outdated: _Text | None = Field(default=None, description="the answer that later news made wrong")
    gold_document_ids: tuple[Identifier, ...] = Field(default=(), max_length=100)
    given_by: Name = Field(description="who says so: a person, a programme, a data set")

    @model_validator(mode="after")
    def _have_words(self) -> Self:
        if not all(reference.strip() for reference in self.references):
            raise ValueError(
                "references: an accepted answer needs words; leave the list empty where abstaining is right"
            )
        return self

    @model_validator(mode="after")
    def _are_small(self) -> Self:
        """They travel in the result, beside all that the question has."""
        if (size := bytes_of(self, include=ACCEPTED)) > MOST_BYTES:
            raise ValueError(f"{size:,} bytes, references may have {MOST_BYTES:,}: leave some out")
        return self


class Vote(PublicMessage):
    """One person's blind choice between the answers of two arms to one question."""

    question_id: Identifier
    arm_a: Name = Field(description="the arm whose answer was shown as A")
    arm_b: Name = Field(description="the arm whose answer was shown as B")
    choice: Choice
    voter: Name = Field(description="a name of the voter's own; results show it, so a pseudonym will do")

    @model_validator(mode="after")
    def _compares(self) -> Self:
        if self.arm_a == self.arm_b:
            raise ValueError("arm_b: a vote compares two arms")
        return self

    @property
    def pair(self) -> tuple[str, str]:
        """Both arms, in the order of their names, whichever was shown first."""
        first, second = sorted((self.arm_a, self.arm_b))
        return first, second

    @property
    def choice_of_pair(self) -> Choice:
        """The choice with A and B in the order of `pair`."""
        return self.choice if self.arm_a == self.pair[0] else FLIPPED[self.choice]


class ReferencesSource(Message):
    """Who gave the references that a result is scored with, and when the broker took them."""

    given_by: str
    appended_at: Moment
    offset: int


class Ballot(Message):
    """What one voter chose between the answers of a pair; A and B in the order of the pair's names."""

    voter: str
    choice: Choice
    shown_first: str = Field(description="the arm whose answer was shown as A")
    appended_at: Moment
    offset: int


class PairVotes(Message):
    """The votes on one pair of arms. Of each voter the newest counts."""

    arms: tuple[str, str]
    counts: dict[Choice, int]
    ballots: tuple[Ballot, ...]


def counted(arms: tuple[str, str], ballots: Iterable[Ballot]) -> PairVotes:
    """The votes on a pair, by voter's name, with how often each choice was made."""
    ordered = tuple(sorted(ballots, key=lambda ballot: ballot.voter))
    counts = {choice: sum(ballot.choice == choice for ballot in ordered) for choice in CHOICES}
    return PairVotes(arms=arms, counts=counts, ballots=ordered)
