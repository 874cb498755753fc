"""Accuracy by what questions and their documents are: kind, source, topic, language, popularity.

Only numbers: these groups are many and overlap, so that they are compared with nothing and tested for nothing. Age and
freshness of the news have curves of their own.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.lab.report.material import DocumentTimes, Material
from shared.lab.report.scores import Scores, intervals_of, within
from shared.messages import Question
from shared.restriction import guarding
from shared.statistics.intervals import Interval

MOST, REST = 8, "all others"
ASKED = ((1, "1 question"), (3, "2 or 3 questions"), (10, "4 to 10"), (float("inf"), "more than 10"))
Read = Callable[[Question], Sequence[str]]


@dataclass(frozen=True)
class Group:
    """Questions that have something in common; arm -> share right. `n`: those that were scored."""

    by: str
    value: str
    n: int
    right: Mapping[str, Interval]


def groups(material: Material, is_right: Scores, clusters: Mapping[str, str]) -> list[Group]:
    """By each attribute that tells at least two groups of scored questions apart, the largest groups first.

    A question is in the group of every source, topic and language of its gold documents, as far as they are known and
    everyone may be shown them. A document's popularity is how many questions name it as gold; of several documents the
    most asked one counts.
    """
    scored = {name for values in is_right.values() for name in values}
    questions = [result.question for result in material.results if result.question.question_id in scored]
    all_groups: list[Group] = []
    for by, read in _attributes(material).items():
        members: dict[str, set[str]] = defaultdict(set)
        for question in questions:
            for value in filter(None, read(question)):
                members[value].add(question.question_id)
        if len(members) > 1:
            all_groups += [_group(by, value, names, is_right, clusters) for value, names in _largest(members)]
    return all_groups


def _attributes(material: Material) -> dict[str, Read]:
    times, asked = material.times.by_document, material.asked
    once = {
        asked.get(result.question.question_id, result.question.question_id): result.question
        for result in material.results
    }
    popular = Counter(name for question in once.values() for name in set(question.gold_document_ids))

    def gold(question: Question) -> list[DocumentTimes]:
        known = [times[name] for name in question.gold_document_ids if name in times]
        return [document for document in known if not guarding(document.labels)]

    def popularity(question: Question) -> list[str]:
        most = max((popular[name] for name in question.gold_document_ids), default=0)
        return [next(label for up_to, label in ASKED if most <= up_to)] if most else []

    return {
        "kind of question": lambda question: [question.kind.replace("_", " ")],
        "source": lambda question: [document.source for document in gold(question)],
        "topic": lambda question: [tag for document in gold(question) for tag in document.tags],
        "language": lambda question: [document.language for document in gold(question)],
        "popularity of the document": popularity,
    }


def _largest(members: Mapping[str, set[str]]) -> list[tuple[str, set[str]]]:
    """The largest `MOST` groups, and what is in none of them."""
    ranked = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = ranked[:MOST]
    rest = set().union(*(names for _, names in ranked[MOST:])).difference(*(names for _, names in shown))
    return [*shown, (REST, rest)] if rest else shown


def _group(by: str, value: str, names: set[str], is_right: Scores, clusters: Mapping[str, str]) -> Group:
    columns = {arm: column for arm, values in is_right.items() if (column := within(values, names))}
    return Group(by, value, len(names), intervals_of(columns, clusters))
