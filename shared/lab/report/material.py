"""What a report is made from: results, when their documents were published, and where both were read."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import AliasChoices, Field

from shared.contests.files import before_contests, of_result
from shared.lab.audit.sheet import Labels
from shared.lab.report.counted_anew import counted_anew
from shared.lab.report.weights import Weights
from shared.messages import ContestTaken, DocumentPublished, Message, Moment, Result
from shared.standings import newest


class DocumentTimes(Message):
    """When a document was published and could be found, and what it is; what a source does not know is absent.

    A line of `news.documents.v1`, of `news.indexed.v1` or of a newswire's documents can be read as one.
    """

    document_id: str
    published_at: Moment | None = None
    findable_at: Moment | None = Field(
        default=None, validation_alias=AliasChoices("findable_at", "stored_at"), description="its vectors were stored"
    )
    source: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Times:
    """Times by document id. `lacking` says why there are none, where there are none."""

    by_document: Mapping[str, DocumentTimes] = field(default_factory=dict)
    read_from: str = ""
    lacking: str = "no times of documents were given"


@dataclass(frozen=True)
class Material:
    """Everything that a report is counted from; equal material makes an equal report.

    Where the same questions were asked in several runs (see `combined`), `runs` is question id -> its run, and `asked`
    question id -> the id that it has in every run.
    """

    results: Sequence[Result]
    read_from: str
    times: Times = Times()
    since: datetime | None = None
    until: datetime | None = None
    runs: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Label of another contest -> how many results of it there were: two contests are never added up."""
    counted_anew: int = 0
    """How many results lacked what ranks arms, so that it was counted from their texts."""
    audit: Labels | None = None
    """What a person said of some answers, where somebody did."""

    @property
    def contest(self) -> ContestTaken:
        """The one that all results belong to."""
        return of_result(self.results[-1]) if self.results else before_contests()


def gather(
    results: Iterable[Result],
    *,
    read_from: str,
    times: Times | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Material:
    """The newest result of each question that was asked in [since, until), in the order of asking.

    Of several contests the one that was asked in last counts, and what is left out is said.

    A result that was scored again has a higher `result_version`; of equal ones the later scored counts.
    """
    standing = newest(sorted(results, key=lambda result: result.scored_at))
    chosen = [
        result
        for result in standing.values()
        if (since is None or since <= result.asked_at) and (until is None or result.asked_at < until)
    ]
    chosen.sort(key=lambda result: (result.asked_at, result.question.question_id))
    newest_label = of_result(chosen[-1]).label if chosen else ""
    others = Counter(label for result in chosen if (label := of_result(result).label) != newest_label)
    chosen = [result for result in chosen if of_result(result).label == newest_label]
    chosen, anew = counted_anew(chosen)
    return Material(chosen, read_from, times or Times(), since, until, left_out=dict(others), counted_anew=anew)


def combined(runs: Mapping[str, Material], *, read_from: str) -> Material:
    """Several runs of the same questions, such as trainings with different seeds, as one material.

    Every answer stays one, under an id that names its run; `asked` leads back to the question, so that what was said
    to one question in all runs is one cluster, drawn and flipped together. That is the paired comparison of each
    question's mean over the runs: repeating a run makes no number surer about other questions.
    """
    results, named, asked = list[Result](), dict[str, str](), dict[str, str]()
    for name, material in runs.items():
        for result in material.results:
            question = result.question
            item = f"{question.question_id} ({name})"
            results.append(result.model_copy(update={"question": question.model_copy(update={"question_id": item})}))
            named[item], asked[item] = name, question.question_id
    labels = sorted({material.contest.label for material in runs.values() if material.results})
    if len(labels) > 1:
        raise ValueError(f"these runs belong to several contests, which are never added up: {', '.join(labels)}")
    times = next((material.times for material in runs.values() if material.times.by_document), Times())
    results.sort(key=lambda result: (result.asked_at, result.question.question_id))
    left_out = sum((Counter(material.left_out) for material in runs.values()), Counter[str]())
    anew = sum(material.counted_anew for material in runs.values())
    return Material(results, read_from, times, runs=named, asked=asked, left_out=dict(left_out), counted_anew=anew)


def times_of(documents: Iterable[DocumentTimes | DocumentPublished], *, read_from: str) -> Times:
    """Times by document; of several lines about one document the last counts, as the last revision does."""
    by_document: dict[str, DocumentTimes] = {}
    for document in documents:
        by_document[document.document_id] = (
            document
            if isinstance(document, DocumentTimes)
            else DocumentTimes(
                document_id=document.document_id,
                published_at=document.published_at,
                source=document.source,
                tags=document.tags,
                labels=document.labels,
            )
        )
    lacking = "" if by_document else f"{read_from} names no document"
    return Times(by_document, read_from, lacking)
