"""What must hold of a suite before it may be run; every error names the file and the line, and says what is wrong."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from shared.lab.suites import card, folder
from shared.lab.suites.card import Kind
from shared.lab.suites.folder import Draft, Placed, Suite
from shared.messages import DocumentPublished, Question, QuestionKind

MOST_LABELS = 15  # of a question; a run adds one, and a question may carry 16
LONGEST_ID = 380  # the name of the suite, its version and the run go before it, and an id may have 512 characters


def load(place: Path) -> Suite:
    """The suite in a folder; raises ValueError with the first error it has, FileNotFoundError where there is none."""
    draft = folder.read(place)
    if found := errors(draft):
        more = f"; `tiltyard suite check {place}` lists all {len(found)}" if len(found) > 1 else ""
        raise ValueError(f"{found[0]}{more}")
    return draft.suite


def errors(draft: Draft) -> list[str]:
    """Every error of a folder that was read; none means that it can be run."""
    if draft.errors or draft.card is None:
        return list(draft.errors)
    checks = (_documents, _questions, _gold, _slices)
    of_kind = {
        Kind.multiple_choice: _choices,
        Kind.abstention: _abstention,
        Kind.summarisation: _summaries,
        Kind.conversation: _conversations,
    }.get(draft.card.kind)
    return [error for check in (*checks, *([of_kind] if of_kind else [])) for error in check(draft)]


def _documents(draft: Draft) -> Iterator[str]:
    seen: dict[tuple[Path, str], int] = {}
    for one in draft.documents:
        name = one.message.document_id
        if (before := seen.setdefault((one.file, name), one.line)) != one.line:
            yield f"{one.where}: document_id {name!r} stands in line {before} already; a revision goes to another file"
        if one.message.op == "upsert" and not one.message.text.strip():
            yield f"{one.where}: text: a document needs words, a retraction needs op 'retract'"
        if len(name) > LONGEST_ID:
            yield f"{one.where}: document_id: {len(name)} characters, at most {LONGEST_ID} in a suite"


def _questions(draft: Draft) -> Iterator[str]:
    if not draft.questions:
        yield f"{draft.folder / folder.QUESTIONS}: no question stands here"
    seen: dict[str, Placed[Question]] = {}
    for one in draft.questions:
        name, question = one.message.question_id, one.message
        if (before := seen.setdefault(name, one)) is not one:
            yield f"{one.where}: question_id {name!r} stands in line {before.line} already"
        if len(name) > LONGEST_ID:
            yield f"{one.where}: question_id: {len(name)} characters, at most {LONGEST_ID} in a suite"
        if len(question.labels) > MOST_LABELS:
            yield f"{one.where}: labels: {len(question.labels)}, at most {MOST_LABELS} in a suite"
        yield from (f"{one.where}: {error}" for error in _references(question))


def _references(question: Question) -> Iterator[str]:
    if question.references is None:
        yield "references: absent, so that nothing could be scored; give accepted answers, or [] if abstaining is right"
    elif any(not reference.strip() for reference in question.references):
        yield "references: an accepted answer needs words; where abstaining is right, write []"
    if question.choices and any(not choice.strip() for choice in question.choices):
        yield "choices: a choice needs words"


def _gold(draft: Draft) -> Iterator[str]:
    newest = {one.message.document_id: one.message for one in draft.documents}
    for one in draft.questions:
        for name in one.message.gold_document_ids:
            if name not in newest:
                yield f"{one.where}: gold_document_ids: there is no document {name!r}"
            elif newest[name].op == "retract":
                yield f"{one.where}: gold_document_ids: {name!r} is retracted in the end, no search can find it"
            elif _later(newest[name], one.message):
                yield f"{one.where}: as_of: {name!r}, a gold document, was first seen later"


def _later(document: DocumentPublished, question: Question) -> bool:
    seen = document.first_seen_at or document.published_at
    return seen is not None and question.as_of is not None and seen > question.as_of


def _slices(draft: Draft) -> Iterator[str]:
    assert draft.card is not None
    file, used = draft.folder / card.FILE, Counter(one.message.slice for one in draft.questions)
    for name in draft.card.slices.keys() - used.keys():
        yield f"{file}: slices: no question is of slice {name!r}"
    first = {one.message.slice: one for one in reversed(draft.questions)}
    for name in used.keys() - draft.card.slices.keys():
        yield f"{first[name].where}: slice: {name!r} is not described under [slices] in {file}"


def _choices(draft: Draft) -> Iterator[str]:
    for one in draft.questions:
        choices, references = Counter(one.message.choices), one.message.references or ()
        if len(choices) < 2:
            yield f"{one.where}: choices: at least two are needed in a multiple-choice suite"
        elif not any(reference in choices for reference in references):
            yield f"{one.where}: references: none of them is among the choices, word for word"
        elif any(choices[reference] > 1 for reference in references):
            yield f"{one.where}: choices: the right one stands there twice"


def _abstention(draft: Draft) -> Iterator[str]:
    if draft.questions and all(one.message.references for one in draft.questions):
        yield f"{draft.folder / folder.QUESTIONS}: an abstention suite needs questions with references []"


def _summaries(draft: Draft) -> Iterator[str]:
    yield from (f"{one.where}: {error}" for one in draft.questions for error in _kind(one, "summarisation"))


def _conversations(draft: Draft) -> Iterator[str]:
    yield from (f"{one.where}: {error}" for one in draft.questions for error in _kind(one, "conversation"))
    if draft.questions and not any(one.message.history for one in draft.questions):
        yield f"{draft.folder / folder.QUESTIONS}: a conversation suite needs questions with a history"


def _kind(one: Placed[Question], kind: QuestionKind) -> Iterator[str]:
    if one.message.kind != kind:
        yield f"kind: {one.message.kind}, but the card says {kind}"
