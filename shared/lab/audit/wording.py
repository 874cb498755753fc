"""What an audit says in sentences, for the report and for the console."""

from collections.abc import Iterator

from shared.lab.audit.counting import Audited
from shared.lab.reviewing import agreeing
from shared.statistics.intervals import Interval
from shared.statistics.wording import equals_p


def sentences(audited: Audited) -> Iterator[str]:
    """The measure's errors, what they do to differences, in which arms they differ, and what the audit leaves open."""
    yield from _drawn(audited)
    yield from _errors(audited)
    if audited.lacking:
        yield f"No accuracy is corrected: {audited.lacking}."
        return
    yield from _differences(audited)
    yield from _arms(audited)


def _drawn(audited: Audited) -> Iterator[str]:
    errors = audited.errors
    doubtful = f", {audited.doubtful} of which the measure doubts itself" if audited.doubtful else ""
    who = "People" if audited.agreement else "A person"
    yield (
        f"{who} read {errors.labels} of {errors.population} answers to questions that have accepted answers"
        f"{doubtful}: drawn with seed {audited.seed} by what `{audited.measure}` {audited.measure_version} said of "
        f"them ({audited.labels_from})."
    )
    if audited.unsure:
        yield f"Of {audited.unsure} more the person was unsure; they count for neither side."
    if audited.unfilled:
        yield f"{audited.unfilled} are not filled in yet, and count as not drawn."
    if audited.strange:
        yield f"{audited.strange} of the answers read are not in these results any more, or have another verdict there."
    if audited.agreement:
        yield agreeing.sentence(audited.agreement)
    for reason, number in audited.left_out.items():
        yield f"{number} answers could not be drawn: {reason}."


def _errors(audited: Audited) -> Iterator[str]:
    errors = audited.errors
    yield (
        f"Of truly right answers the measure calls right {_said(errors.sensitivity)}; of truly wrong ones it calls "
        f"wrong {_said(errors.specificity)}."
    )
    yield (
        f"Of those that it calls right {_said(errors.precision)} are right; of those that it calls wrong "
        f"{_said(errors.omission)} are right all the same."
    )


def _differences(audited: Audited) -> Iterator[str]:
    discrimination = audited.errors.discrimination
    if discrimination is not None and discrimination > 0:
        yield (
            f"Where the measure errs alike in all arms, true differences between arms are {1 / discrimination:.2f} "
            "times those that it shows, and none changes its sign."
        )
    else:
        yield "The measure does no better than guessing, so nothing is corrected."


def _arms(audited: Audited) -> Iterator[str]:
    tested = [arm for arm in audited.arms if arm.p is not None]
    apart = [arm for arm in tested if arm.p is not None and arm.p < 0.05]
    for arm in apart:
        yield (
            f"In {arm.arm} the measure errs differently than in all arms together (by Holm {equals_p(arm.p)}): there "
            "only the arm's own labels tell, and a difference from it may be the measure's."
        )
    if tested and not apart:
        few = min(arm.labels for arm in tested)
        yield (
            "No arm's own labels contradict that the measure errs alike in all arms; with as few as "
            f"{few} labels in an arm that is no proof."
        )


def _said(interval: Interval) -> str:
    if interval.mean is None:
        return "an unknown share"
    return f"{100 * interval.mean:.1f} % (95 % interval {100 * interval.low:.1f} to {100 * interval.high:.1f})"
