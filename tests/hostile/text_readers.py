"""Everything that reads a stranger's text, as a function of the text alone, with the longest text that it is given."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from services.generator import evidence, replies
from services.ingest import documents
from services.ingest.assembly import cleaners
from services.ingest.chunkers import tokens, words
from services.ingest.cleaners import plain
from services.ingest.feed_dates import moment_of
from services.ingest.languages import langid
from services.ingest.settings import IngestSettings
from services.ingest.signer import Signer
from services.judge import families
from services.judge.judge_prompt import PAIRWISE
from services.judge.judge_prompt import load as judge_prompt
from services.retriever import words as index_words
from services.retriever.condensers import last_turns
from services.retriever.queries import decompose
from shared import normalise, printable, prompts, readable
from shared.messages import Question, Turn
from shared.messages.form import Form
from shared.scoring import catalogue
from shared.scoring.choices import Choices
from shared.scoring.dates import dates
from shared.scoring.measure import Metric
from shared.scoring.quantities import numbers
from shared.scoring.statements import sentences
from shared.settings import EncoderSettings
from tests.builders import a_question, an_answer

Read = Callable[[str], Any]
SETTINGS, ENCODER = IngestSettings(), EncoderSettings()
HASHING = EncoderSettings(variant="hashing", dimensions=64)
DOCUMENT, FIELD, ANSWER, PASSAGE = 1_000_000, 4_000, 96 * 1024, 100_000
"""Characters at most: of a document, of a field of a question, of an answer and of a passage."""


def of_documents() -> Iterator[tuple[str, Read, int]]:
    """What ingest does with the text of a document, HTML apart."""
    chunk, chunk_words, sign = tokens.build(SETTINGS, ENCODER), words.build(SETTINGS, ENCODER), Signer(SETTINGS)
    language = langid.build()
    yield "cleaner of plain text", plain.clean, DOCUMENT
    yield "chunker by tokens", lambda text: chunk("The fair", "3 March 2025", text), DOCUMENT
    yield "chunker by tokens, as a title", lambda text: chunk(text[:2_000], "3 March 2025", "The fair moves."), 2_000
    yield "chunker by words", lambda text: chunk_words("The fair", "3 March 2025", text), DOCUMENT
    yield "signer of near-duplicates", sign, DOCUMENT
    yield "language detector", language, DOCUMENT
    yield "reader of Markdown files", lambda text: documents.read("a.md", _bytes(text), 10), DOCUMENT
    yield "reader of HTML files", lambda text: documents.read("a.html", _bytes(text), 10), DOCUMENT
    yield "reader of dates", moment_of, DOCUMENT
    yield "reader of words for the index", index_words.counter("english"), DOCUMENT
    yield "splitter of long words", readable.readable, DOCUMENT


def html() -> tuple[str, Read, int]:
    """The cleaner of HTML in its own process, as ingest calls it; it refuses what takes too long."""
    return "cleaner of HTML", cleaners(SETTINGS)["text/html"], DOCUMENT


def of_answers() -> Iterator[tuple[str, Read, int]]:
    """What generator, retriever, judge and scorer do with questions, passages, replies and answers."""
    prompt = judge_prompt("pairwise.v1", PAIRWISE)
    turns = tuple(Turn(role="asker", text="Where is it?") for _ in range(3))
    yield "template tokens", prompts.neutral, ANSWER
    yield "what may be shown", printable.printable, DOCUMENT
    yield "passages for a prompt", lambda text: evidence.passages([text] * 5, "Where is the fair?", 150), PASSAGE
    yield "passages for a question", lambda text: evidence.passages(["The fair moves."] * 5, text, 150), FIELD
    yield "replies", lambda text: replies.parse(text, chunk_ids=("a:1:0",), abstain="I do not know"), ANSWER
    yield "verdicts", prompt.read, ANSWER
    yield "model families", lambda text: families.families(text, {}), ANSWER
    yield "condenser", lambda text: last_turns.condensed(_asked(text, turns), turns=3, words=20), FIELD
    yield "taking questions apart", lambda text: list(decompose.parts(text)), FIELD
    yield "JSON of schemas", lambda text: _refused(lambda: Form(json_schema={"description": text})), FIELD
    yield "normalised words", normalise.words, ANSWER
    yield "dates", lambda text: list(dates(text)), ANSWER
    yield "numbers", lambda text: list(numbers(text)), ANSWER
    yield "sentences", sentences, ANSWER
    yield "choices", lambda text: Choices(["the pier", "2", text[:FIELD], *["x y"] * 97]).named(text), ANSWER


def of_measures() -> Iterator[tuple[str, Read, int]]:
    """Every measure, the text once as the answer and once as the references and the evidence."""
    names = [name for name in catalogue.described() if name not in catalogue.UNANSWERED]
    for name, metric in catalogue.load(names, HASHING).items():
        yield f"measure {name}, answer", partial(_answer_scored, metric), ANSWER
        yield f"measure {name}, references", partial(_references_scored, metric), FIELD


def _answer_scored(metric: Metric, text: str) -> float | None:
    return metric.score(ASKED, an_answer().model_copy(update=GIVEN | {"text": text}))


def _references_scored(metric: Metric, text: str) -> float | None:
    return metric.score(_with(text), an_answer().model_copy(update=_shown(text)))


GIVEN: dict[str, Any] = {
    "evidence": ("story-1:1:0",), "citations": ("story-1:1:0",), "evidence_texts": ("The fair moves. " * 50,) * 3,
    "retrieval_ms": 1.0,
}  # fmt: skip
ASKED = a_question(
    references=("the old harbour", "3 March 2025", "3.5 million"), outdated="the fields", gold_document_ids=("a",),
    choices=("the old harbour", "the pier"), form=Form(max_words=9, language="en", json_schema={"type": "object"}),
)  # fmt: skip


def _with(text: str) -> Question:
    references = tuple(f"{text[: FIELD - 4]} {number}" for number in range(40))
    return ASKED.model_copy(update={"references": references, "choices": references, "outdated": text[:FIELD]})


def _shown(text: str) -> dict[str, Any]:
    return GIVEN | {"text": f"The old harbour. {text}", "evidence_texts": (text,) * 20}


def _asked(text: str, history: tuple[Turn, ...]) -> Question:
    return a_question(kind="conversation").model_copy(update={"text": text, "history": history})


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")


def _refused(make: Callable[[], object]) -> None:
    try:
        make()
    except ValueError:
        return
