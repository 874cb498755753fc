"""The options of `tiltyard decide`: where a decision comes from, what an answer is worth, and how much is asked."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from shared.lab.deciding.values import Values

USUAL = Values()

Addresses = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="DOCUMENTS",
        help="A folder, a feed's address, a .jsonl file, or a SQL query; several are one corpus.",
        show_default=False,
    ),
]
Wire = Annotated[Path | None, typer.Option(help="Instead of documents: a newswire folder with questions and pairs.")]
Sources = Annotated[
    list[Path] | None,
    typer.Option("--from", help="Instead of documents: a trial's folder, or a results.jsonl; several: trainings."),
]
Again = Annotated[
    Path | None, typer.Option(help="The folder of a decision: make it again, and say whether anything differs.")
]
Budget = Annotated[
    str, typer.Option(help="Time for everything: 45m, 2h, or none. Where it is short, less is asked and trained.")
]
Cutoff = Annotated[
    str,
    typer.Option(
        help="Documents published later make the second edition, which is not learned. Default: 3 of 10 documents."
    ),
]
PerDocument = Annotated[
    int,
    typer.Option(min=1, help="Most facts that pairs teach of one document, and half as many that are asked beside."),
]
Questions = Annotated[Path | None, typer.Option(help="Your own test questions, JSON lines, in place of made ones.")]
Log = Annotated[Path | None, typer.Option(help="What people asked: made questions come in its shares.")]
By = Annotated[Literal["rules", "teacher"], typer.Option(help="Who makes questions: rules, or TILTYARD_TEACHER_*.")]
Contest = Annotated[str, typer.Option(help="A contest's file, or a shipped one's name.")]
Afresh = Annotated[bool, typer.Option("--afresh", help="Begin anew, whatever was done before in this folder.")]

Asked = Annotated[float, typer.Option(min=1e-3, help="Questions a day.")]
Changed = Annotated[float, typer.Option(min=0, help="Updates a day: documents published, corrected or retracted.")]
Half = Annotated[
    float,
    typer.Option(
        min=0.01,
        help="How fresh what people ask about is: half of the questions are about news of the last so many hours.",
    ),
]
Right = Annotated[float, typer.Option(help="Worth of a right answer.")]
Wrong = Annotated[float, typer.Option(help="Worth of a wrong answer.")]
Silent = Annotated[float, typer.Option(help="Worth of a declined answer.")]
Second = Annotated[float, typer.Option(max=0, help="Worth of a second of waiting.")]
Machine = Annotated[float, typer.Option(max=0, help="Worth of a second of the machine.")]
Margin = Annotated[float, typer.Option(min=1e-6, help="Worth of an answer that does not matter.")]

Documents = Annotated[
    Path | None,
    typer.Option(help="With --from: JSON lines with document_id and published_at, what was news after a training."),
]
Training = Annotated[float | None, typer.Option(min=0, help="Of one training. Default: what the trial measured.")]
Findable = Annotated[
    float | None, typer.Option(min=0, help="From publication until findable. Default: what the trial measured.")
]
Reviewed = Annotated[
    int | None,
    typer.Option(min=1, help="Questions, drawn at random, that a person read. Default: what the trial says."),
]
Good = Annotated[int | None, typer.Option(min=0, help="How many of them were good as they stood.")]
Taught = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="Of questions about known news, how many ask what pairs teach. Default: what the trial says."
    ),
]
Out = Annotated[Path, typer.Option(help="Folder for decision.html, .md and .json.")]
