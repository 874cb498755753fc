"""How many of the questions are bad, by those that a person read, and how many bad ones may be among what was asked."""

from collections.abc import Collection, Sequence
from itertools import takewhile

from pydantic import Field, model_validator

from shared.jobs.events import JobModel
from shared.lab.reviewing import agreeing
from shared.lab.reviewing.drawing import order
from shared.lab.reviewing.verdicts import Verdict, item, latest
from shared.messages import Question
from shared.statistics.intervals import Interval


class Review(JobModel):
    """Questions that were drawn at random and read, and how many of them were good as they stood.

    `unread` is the share of the questions asked that nobody read: what was read is mended, or not asked any more.
    `agreement`: of several reviewers on the page, in words; "" where no two read the same.
    """

    reviewed: int = Field(ge=1)
    good: int = Field(ge=0)
    unread: float = Field(default=1.0, ge=0, le=1)
    agreement: str = Field(default="", exclude_if=lambda agreement: not agreement)

    @model_validator(mode="after")
    def _is_a_part(self) -> "Review":
        if self.good > self.reviewed:
            raise ValueError(f"good: {self.good} of {self.reviewed} reviewed questions cannot be good")
        return self

    @property
    def errors(self) -> Interval:
        """The share of bad questions among all that the reviewed ones were drawn from, with its 95 % limits.

        Exact (Clopper and Pearson 1934), which is a little too wide for a draw from few.
        """
        from scipy import stats

        bad = self.reviewed - self.good
        limits = stats.binomtest(bad, self.reviewed).proportion_ci()
        return Interval(self.reviewed, bad / self.reviewed, float(limits.low), float(limits.high))

    @property
    def bad(self) -> float:
        """The largest share of bad questions among those that were asked."""
        return self.errors.high * self.unread


def counted(questions: Sequence[Question], verdicts: Sequence[Verdict]) -> Review | None:
    """What the questions' review says of them; None where none that was drawn has been read.

    Of each seed's order so many count from the first on as are read without a gap. Where a person left one out, or
    where questions were changed, those behind it are no random sample of what there is now.
    """
    read = latest(verdicts)
    drawn = {
        item(question)
        for seed in sorted({verdict.seed for verdict in read.values() if verdict.seed is not None})
        for question in takewhile(lambda question: item(question) in read, order(questions, seed))
    }
    if not drawn:
        return None
    found = agreeing.agreement({name: read[name].said.values() for name in drawn}, {name: name for name in drawn})
    return Review(
        reviewed=len(drawn),
        good=sum(read[name].verdict == "accept" for name in drawn),
        agreement=agreeing.sentence(found) if found.items else "",
    )


def among(review: Review | None, asked: Sequence[Question], read: Collection[str]) -> Review | None:
    """The same of those that were asked; `read`: ids of questions that a person read and left or mended."""
    if review is None or not asked:
        return None
    unread = sum(question.question_id not in read for question in asked) / len(asked)
    return review.model_copy(update={"unread": unread})
