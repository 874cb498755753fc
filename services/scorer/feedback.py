"""What later references, votes and verdicts make of a result: pure functions from one version to the next.

The stored result is the one truth about what counted. Its answers stay the same whatever comes; new references mean
that these answers are scored anew, by the metrics of the day.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.scorer.handler import kept
from services.scorer.join import MOST_VOTES, Arrived, Cast, Given, Join
from services.scorer.verdicts import judged
from shared.contests.calendar import Calendar
from shared.messages import Ballot, PairVotes, Question, References, ReferencesSource, Result
from shared.messages.feedback import counted
from shared.moments import later

Score = Callable[[Join, datetime, Calendar], Result]
Pair = tuple[str, str]


def first(join: Join, now: datetime, score: Score, calendar: Calendar) -> Result:
    """The first version of a result, with the references, votes and verdicts that came before it."""
    return judged(_voted(_scored(join, now, score, calendar), join.votes), join.judged)


def following(stored: Result, join: Join, now: datetime, score: Score, calendar: Calendar) -> Result:
    """The next version of a stored result, with what waits in the join; the same object where that changes nothing."""
    changed = judged(_voted(_rescored(stored, join, now, score, calendar), join.votes), join.judged)
    if changed is stored:
        return stored
    return changed.model_copy(update={"result_version": stored.result_version + 1})


def uncountable(result: Result, votes: Sequence[Cast]) -> list[Cast]:
    """The votes on an arm that the result has no answer of: nobody can have seen one."""
    return [cast for cast in votes if not set(cast.vote.pair) <= result.answers.keys()]


def _rescored(stored: Result, join: Join, now: datetime, score: Score, calendar: Calendar) -> Result:
    given = join.references
    if given is None or not _newer(given, stored.references_from) or _says_the_same(given.message, stored.question):
        return stored
    scored = kept(stored, _scored(_reopened(stored, join), now, score, calendar))
    unchanged = {"contest": stored.contest, "votes": stored.votes, "verdicts": stored.verdicts}
    return scored.model_copy(update={"missing": stored.missing, **unchanged})


def _newer(given: Given, source: ReferencesSource | None) -> bool:
    return source is None or given.stamp > (source.appended_at, source.offset)


def _says_the_same(given: References, question: Question) -> bool:
    return _with(question, given) == question


def _with(question: Question, given: References) -> Question:
    return question.model_copy(
        update={
            "references": given.references,
            "outdated": given.outdated,
            "gold_document_ids": given.gold_document_ids,
        }
    )


def _scored(join: Join, now: datetime, score: Score, calendar: Calendar) -> Result:
    """The result of a join whose question is known, by its newest references."""
    given = join.references
    if given is None or join.question is None:
        return score(join, now, calendar)
    at, offset = given.stamp
    source = ReferencesSource(given_by=given.message.given_by, appended_at=at, offset=offset)
    result = score(join.model_copy(update={"question": _with(join.question, given.message)}), now, calendar)
    return result.model_copy(update={"references_from": source})


def _reopened(stored: Result, join: Join) -> Join:
    """The join as it was when the result was made, by what the result says, with the references that came since."""
    answers = {
        arm: Arrived(answer=scored.answer, at=later(stored.asked_at, milliseconds=scored.latency_ms))
        for arm, scored in stored.answers.items()
    }
    return join.model_copy(update={"question": stored.question, "asked_at": stored.asked_at, "answers": answers})


def _voted(result: Result, votes: Sequence[Cast]) -> Result:
    """The result with these votes too, oldest first; the same object where none of them is new and countable."""
    ballots = {pair.arms: {ballot.voter: ballot for ballot in pair.ballots} for pair in result.votes}
    changed: set[Pair] = set()
    left_out = uncountable(result, votes)
    for cast in sorted((cast for cast in votes if cast not in left_out), key=lambda cast: cast.stamp):
        of_pair = ballots.setdefault(cast.vote.pair, {})
        if _counts(cast, of_pair.get(cast.vote.voter), sum(map(len, ballots.values()))):
            of_pair[cast.vote.voter] = _ballot(cast)
            changed.add(cast.vote.pair)
    if not changed:
        return result
    known = {pair.arms: pair for pair in result.votes}
    fresh: dict[Pair, PairVotes] = {pair: counted(pair, ballots[pair].values()) for pair in changed}
    return result.model_copy(update={"votes": tuple(votes for _, votes in sorted((known | fresh).items()))})


def _counts(cast: Cast, known: Ballot | None, so_far: int) -> bool:
    if known is None:
        return so_far < MOST_VOTES
    return cast.stamp > (known.appended_at, known.offset)


def _ballot(cast: Cast) -> Ballot:
    at, offset = cast.stamp
    vote = cast.vote
    return Ballot(voter=vote.voter, choice=vote.choice_of_pair, shown_first=vote.arm_a, appended_at=at, offset=offset)
