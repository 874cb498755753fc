"""What a review of the questions adds to a decision, in sentences: how many were good, and what bad ones could turn."""

from collections.abc import Iterator

from shared.lab.deciding.basis import Basis
from shared.lab.deciding.rule import Decision
from shared.lab.deciding.values import Values
from shared.lab.deciding.wording import worth
from shared.lab.report.phrasing import counted, percent
from shared.lab.reviewing.counting import Review

UNREAD = (
    "Nobody has checked the questions, which were made of documents: `tiltyard wire review FOLDER` shows 30 of the "
    "newswire, and the next trial carries what you find."
)


def sentences(decision: Decision, basis: Basis, review: Review | None, values: Values) -> list[str]:
    """None of questions that somebody wrote and nobody reviewed."""
    if review is not None:
        return [*_found(review), *_what_follows(decision, values)]
    return [UNREAD] if basis.made else []


def _found(review: Review) -> Iterator[str]:
    errors = review.errors
    limits = f"95 % interval {100 * errors.low:.1f} to {100 * errors.high:.1f}"
    yield (
        f"A person read {counted(review.reviewed, 'question')} and found {review.good} good as they stood: "
        f"{percent(1 - review.good / review.reviewed)} bad ({limits})."
    )
    if review.agreement:
        yield review.agreement
    if review.bad:
        yield f"Of the questions asked up to {percent(review.bad)} are taken to be bad."
    else:
        yield "All that were asked are read."


def _what_follows(decision: Decision, values: Values) -> Iterator[str]:
    if decision.too_bad:
        yield "Half of them or more may be bad, so that nothing is decided: mend the questions and ask again."
    elif (tips := decision.tips) is not None:
        name, far = tips
        if far >= values.span:
            yield f"Even if all of these favoured {decision.best} as far as answers can, that would stay decided."
        else:
            yield (
                f"That stays decided unless these favour {decision.best} over {name}, by {worth(max(far, 0.0))} of an "
                "answer's worth on average or more."
            )
