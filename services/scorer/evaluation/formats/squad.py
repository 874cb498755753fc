"""Predictions in SQuAD's official layout: one JSON object, question id to text, beside a SQuAD file of references.

A file is one system, called by the file's name. Questions of one paragraph share a cluster. In a SQuAD 2.0 file
(Rajpurkar et al. 2018) a question may have no answer; there an empty text is an abstention.
"""

from pathlib import Path

from services.scorer.evaluation.predictions import NO_REFERENCES, Loaded, Prediction, an_answer
from shared import lines
from shared.collections.formats import squad
from shared.lines import Row
from shared.messages import Answer
from shared.scoring.catalogue import HEADLINE, RIGHTLY, WRONGLY
from shared.source_files import DataError

NEEDS = "one JSON object of question ids and texts, and --references with a file of SQuAD 1.1 or 2.0; a file a system"
MEASURES = ("exact_match_squad", "f1_squad", "contains")
SETTING = "generation"


def fits(row: Row) -> int:
    return int(bool(row) and all(isinstance(value, str) for value in row.values()))


def read(file: Path, references: Path | None) -> Loaded:
    """One prediction for each question of the references; one that the file does not answer is missing."""
    if references is None:
        raise ValueError(f"squad needs --references beside {file}: the SQuAD file that the answers are to")
    texts = lines.whole(file)
    wrong = [name for name, text in texts.items() if not isinstance(text, str)]
    if wrong:
        raise DataError(f"{file}: the prediction for {wrong[0]} is no text")
    questions = {question.question_id: question for question in squad.read([references]).questions}
    if not texts.keys() & questions.keys():
        raise DataError(f"{file} answers no question of {references}: do the two belong together?")
    may_abstain = any(question.references == () for question in questions.values())
    system = file.name.removesuffix(".gz").removesuffix(".json")
    predictions = [
        Prediction(
            question, system, SETTING, _answer(system, name, texts, may_abstain=may_abstain), str(file),
            left_out=NO_REFERENCES if question.references is None else "",
        )
        for name, question in questions.items()
    ]  # fmt: skip
    foreign = len(texts.keys() - questions.keys())
    notes = [f"{file}: {foreign} predictions are for no question of {references}."] if foreign else []
    return Loaded("squad", predictions, (*MEASURES, HEADLINE, RIGHTLY, WRONGLY) if may_abstain else MEASURES, notes)


def _answer(system: str, question_id: str, texts: dict[str, str], *, may_abstain: bool) -> Answer | None:
    if question_id not in texts:
        return None
    abstained = may_abstain and not texts[question_id].strip()
    return an_answer(question_id, system, texts[question_id], status="abstained" if abstained else "answered")
