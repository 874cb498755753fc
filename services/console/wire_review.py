"""`tiltyard wire review`: a person reads some of a newswire's questions, and leaves, mends or drops each."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from services.console import output
from services.console.demo import newswire
from services.console.live import reviews
from services.console.views import reviews as view
from shared import lines
from shared.lab.reviewing import counting, drawing, passages, sheets, taking_up, verdicts
from shared.lab.reviewing.verdicts import Verdict
from shared.messages import DocumentPublished, Question, TrainingPair
from shared.records import reason_of

NOTHING = "none: declining is right"
TYPED: dict[str, verdicts.Said] = {
    "a": "accept", "accept": "accept", "m": "mend", "mend": "mend", "d": "drop", "drop": "drop",
}  # fmt: skip

ToSheet = Annotated[
    bool, typer.Option("--sheet", help="Ask nothing: write the drawn ones into review.jsonl, to fill in an editor.")
]
ToPage = Annotated[
    bool, typer.Option("--to-page", help="Ask nothing: put the drawn ones on the page Review of a running system.")
]
FromPage = Annotated[bool, typer.Option("--from-page", help="Ask nothing: take up what was said on the page Review.")]


@dataclass(frozen=True)
class Wire:
    """What a review needs of a newswire's folder."""

    folder: Path
    questions: list[Question]
    published: list[DocumentPublished]
    documents: dict[str, str]
    pairs: list[TrainingPair]


class QuitError(Exception):
    """The person stops here, or the input has ended."""


def review(
    folder: Annotated[Path, typer.Argument(help="A newswire folder, as `tiltyard wire of` writes it.")],
    questions: Annotated[int, typer.Option(min=1, help="How many to read, drawn at random.")] = 30,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 1,
    by: Annotated[str, typer.Option(help="Who reads, to be written down; a pseudonym will do.")] = "",
    sheet: ToSheet = False,
    to_page: ToPage = False,
    from_page: FromPage = False,
) -> None:
    """Read some of the questions of a newswire, drawn at random, and leave, mend or drop each.

    Every verdict is written at once into review.jsonl in the folder, where the trial reads it. Started again it goes
    on; a question that was changed since is asked again.

    Example: tiltyard wire review out/mine
    Example: tiltyard wire review out/mine --questions 60 --by ada
    Example: tiltyard wire review out/mine --to-page
    """
    if sum((sheet, to_page, from_page)) > 1:
        raise ValueError("--sheet, --to-page and --from-page are three ways of asking nothing: say one")
    read = _read(folder)
    if from_page:
        _take_up(read, seed)
        return _conclude(read, min(questions, len(read.questions)))
    said = verdicts.read(folder)
    due = drawing.due(read.questions, verdicts.latest(said), questions, seed)
    if sheet:
        return _write_sheet(read, due, said, seed)
    if to_page:
        return _publish(read, due, seed)
    try:
        for number, question in enumerate(due, start=1):
            output.say(f"\n{number} of {len(due)}: {question.question_id} ({question.slice})")
            verdicts.append(folder, [_asked(read, question, seed, by)])
    except QuitError:
        output.say("")
    return _conclude(read, min(questions, len(read.questions)))


def _read(folder: Path) -> Wire:
    """FileNotFoundError names the file that is missing, DataError the line that is wrong."""
    editions = [lines.read_all(folder / f"edition{at}.documents.jsonl", DocumentPublished) for at in (1, 2)]
    asked = lines.read_all(folder / "questions.jsonl", Question)
    pairs = lines.read_all(folder / "training_pairs.jsonl", TrainingPair)
    published = [document for edition in editions for document in edition]
    return Wire(folder, asked, published, passages.texts(editions), pairs)


def _asked(read: Wire, question: Question, seed: int, by: str) -> Verdict:
    """What the person says of a question that is shown; QuitError where that is nothing."""
    output.say(f"  {question.text}\n  accepted: {' | '.join(question.references or ()) or NOTHING}")
    for passage in passages.passages(question, read.documents):
        output.say(f"  > {passage}")
    while True:
        typed = _typed("accept, mend, drop or quit").casefold()
        if typed in ("q", "quit"):
            raise QuitError
        said = TYPED.get(typed)
        if said is None:
            output.say("Type accept, mend, drop or quit, or the first letter.")
        elif said != "mend":
            return verdicts.given(question, seed, said, at=datetime.now(UTC), by=by)
        elif mended := _mended(read, question, seed, by):
            return mended


def _mended(read: Wire, question: Question, seed: int, by: str) -> Verdict | None:
    """The question as the person would ask it; None where that is refused, which is said."""
    text = _typed("new text (empty: as it is)") or None
    answers = _typed("accepted answers, | between them (empty: as they are; -: none)")
    parts = tuple(part for each in answers.split("|") if (part := each.strip()))
    references = None if not parts else () if parts == ("-",) else parts
    try:
        mended = verdicts.mended(question, seed, text=text, references=references, at=datetime.now(UTC), by=by)
    except ValidationError as error:
        output.say(f"Not written: {reason_of(error)}")
        return None
    if newswire.told(read.pairs, [verdicts.as_mended(question, mended)]):
        output.say("Not written: these are the words of a training pair, which shows nothing. Word it otherwise.")
        return None
    return mended


def _typed(prompt: str) -> str:
    try:
        return str(typer.prompt(prompt, default="", show_default=False)).strip()
    except typer.Abort:  # Ctrl-C, or nothing more to read
        raise QuitError from None


def _write_sheet(read: Wire, due: list[Question], said: list[Verdict], seed: int) -> None:
    there = {verdict.item for verdict in said}
    new = [question for question in due if verdicts.item(question) not in there]
    verdicts.append(
        read.folder,
        [verdicts.blank(one, seed, "\n".join(passages.passages(one, read.documents))) for one in new],
    )
    output.say(
        f'{len(new)} questions are written to {read.folder / verdicts.FILE}: put "accept", "mend" or "drop" behind '
        "`verdict`, from the top, and the new `text` or `references` of what you mend into its line. "
        f"`tiltyard wire review {read.folder} < /dev/null` counts."
    )


def _publish(read: Wire, due: list[Question], seed: int) -> None:
    items = sheets.of_questions(read.folder.resolve().name, due, read.published, read.documents, seed)
    if not items:
        return output.say("All that were drawn are read already: --questions draws more.")
    reviews.build().put(items)
    return output.say(
        f"{len(items)} questions stand on the page Review as {items[0].sheet_id}. "
        f"`tiltyard wire review {read.folder} --from-page` takes up what is said there."
    )


def _take_up(read: Wire, seed: int) -> None:
    """Write what the page settles into review.jsonl, and say what it leaves open."""
    taken = taking_up.into_review(
        read.questions, verdicts.read(read.folder), reviews.build().said(), seed,
        is_told=lambda question: bool(newswire.told(read.pairs, [question])),
    )  # fmt: skip
    verdicts.replace(read.folder, taken.lines)
    view.taken_up(taken, {verdicts.item(question): question.question_id for question in read.questions})


def _conclude(read: Wire, wanted: int) -> None:
    said = verdicts.read(read.folder)
    counted = counting.counted(read.questions, said)
    if counted is None:
        return output.say("Nothing is reviewed yet.")
    errors = counted.errors
    output.say(
        f"{counted.reviewed} reviewed of {wanted}, {counted.good} good as they stood: "
        f"{100 * (errors.mean or 0.0):.1f} % are bad (95 % interval {100 * errors.low:.1f} to {100 * errors.high:.1f})."
    )
    if counted.agreement:
        output.say(counted.agreement)
    return output.say(
        f"Written to {read.folder / verdicts.FILE}; `tiltyard demo --wire {read.folder}` asks what is left."
    )
