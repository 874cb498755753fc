"""What must hold of a suite before it may be run; every error names the file and the line, and says what is wrong."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from shared.lab.suites import card, folder
from shared.lab.suites.card import Kind
from shared.lab.suites.folder import Draft, Placed, Suite
from shared.messages import DocumentPublished, Question, QuestionKind
from shared.source_files import DataError

MOST_LABELS = 15  # of a question; a run adds one, and a question may carry 16
LONGEST_ID = 380  # the name of the suite, its version and the run go before it, and an id may have 512 characters


def load(place: Path) -> Suite:
    """The suite in a folder; raises DataError with the first error it has, FileNotFoundError where there is none."""
    draft = folder.read(place)
    if all_errors := errors(draft):
        more = f"; `tiltyard suite check {place}` lists all {len(all_errors)}" if len(all_errors) > 1 else ""
        raise DataError(f"{all_errors[0]}{more}")
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
    for placed in draft.documents:
        name = placed.message.document_id
        if (before := seen.setdefault((placed.file, name), placed.line)) != placed.line:
            already = f"document_id {name!r} stands in line {before} already"
            yield f"{placed.where}: {already}; a revision goes to another file"
        if placed.message.op == "upsert" and not placed.message.text.strip():
            yield f"{placed.where}: text: a document needs words, a retraction needs op 'retract'"
        if len(name) > LONGEST_ID:
            yield f"{placed.where}: document_id: {len(name)} characters, at most {LONGEST_ID} in a suite"


def _questions(draft: Draft) -> Iterator[str]:
    if not draft.questions:
        yield f"{draft.folder / folder.QUESTIONS}: no question stands here"
    seen: dict[str, Placed[Question]] = {}
    for placed in draft.questions:
        name, question = placed.message.question_id, placed.message
        if (before := seen.setdefault(name, placed)) is not placed:
            yield f"{placed.where}: question_id {name!r} stands in line {before.line} already"
        if len(name) > LONGEST_ID:
            yield f"{placed.where}: question_id: {len(name)} characters, at most {LONGEST_ID} in a suite"
        if len(question.labels) > MOST_LABELS:
            yield f"{placed.where}: labels: {len(question.labels)}, at most {MOST_LABELS} in a suite"
        yield from (f"{placed.where}: {error}" for error in _references(question))


def _references(question: Question) -> Iterator[str]:
    if question.references is None:
        yield "references: absent, so that nothing could be scored; give accepted answers, or [] if abstaining is right"
    elif any(not reference.strip() for reference in question.references):
        yield "references: an accepted answer needs words; where abstaining is right, write []"
    if question.choices and any(not choice.strip() for choice in question.choices):
        yield "choices: a choice needs words"


def _gold(draft: Draft) -> Iterator[str]:
    newest = {placed.message.document_id: placed.message for placed in draft.documents}
    for placed in draft.questions:
        for name in placed.message.gold_document_ids:
            if name not in newest:
                yield f"{placed.where}: gold_document_ids: there is no document {name!r}"
            elif newest[name].op == "retract":
                yield f"{placed.where}: gold_document_ids: {name!r} is retracted in the end, no search can find it"
            elif _later(newest[name], placed.message):
                yield f"{placed.where}: as_of: {name!r}, a gold document, was first seen later"


def _later(document: DocumentPublished, question: Question) -> bool:
    seen = document.first_seen_at or document.published_at
    return seen is not None and question.as_of is not None and seen > question.as_of


def _slices(draft: Draft) -> Iterator[str]:
    assert draft.card is not None
    file, used = draft.folder / card.FILE, Counter(placed.message.slice for placed in draft.questions)
    for name in draft.card.slices.keys() - used.keys():
        yield f"{file}: slices: no question is of slice {name!r}"
    first = {placed.message.slice: placed for placed in reversed(draft.questions)}
    for name in used.keys() - draft.card.slices.keys():
        yield f"{first[name].where}: slice: {name!r} is not described under [slices] in {file}"


def _choices(draft: Draft) -> Iterator[str]:
    for placed in draft.questions:
        choices, references = Counter(placed.message.choices), placed.message.references or ()
        if len(choices) < 2:
            yield f"{placed.where}: choices: at least two are needed in a multiple-choice suite"
        elif not any(reference in choices for reference in references):
            yield f"{placed.where}: references: none of them is among the choices, word for word"
        elif any(choices[reference] > 1 for reference in references):
            yield f"{placed.where}: choices: the right one stands there twice"


def _abstention(draft: Draft) -> Iterator[str]:
    if draft.questions and all(placed.message.references for placed in draft.questions):
        yield f"{draft.folder / folder.QUESTIONS}: an abstention suite needs questions with references []"


def _summaries(draft: Draft) -> Iterator[str]:
    yield from (f"{placed.where}: {error}" for placed in draft.questions for error in _kind(placed, "summarisation"))


def _conversations(draft: Draft) -> Iterator[str]:
    yield from (f"{placed.where}: {error}" for placed in draft.questions for error in _kind(placed, "conversation"))
    if draft.questions and not any(placed.message.history for placed in draft.questions):
        yield f"{draft.folder / folder.QUESTIONS}: a conversation suite needs questions with a history"


def _kind(placed: Placed[Question], kind: QuestionKind) -> Iterator[str]:
    if placed.message.kind != kind:
        yield f"kind: {placed.message.kind}, but the card says {kind}"
