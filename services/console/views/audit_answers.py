"""How an audit of the measure looks to a person: what to fill in, and what it came to."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from services.console import output
from shared.lab.audit import wording
from shared.lab.audit.counting import Audited
from shared.lab.audit.sheet import Entry, Key, key_beside
from shared.lab.report.sections.audit import corrections
from shared.lab.reviewing.taking_up import TakenUp


def drawn(
    sheet: Path, entries: Sequence[Entry], key: Key, source: Sequence[Path] = (), *, at_page: bool = False
) -> None:
    """Say what was drawn from what, and what is to be done with it; `source`: the files of results, if any."""
    number = Counter(answer.stratum for answer in key.answers)
    columns = ["the measure says", "doubtful", "arm", "answers", "drawn"]
    rows = [
        (stratum.verdict, "yes" if stratum.doubtful else "", stratum.arm or "all", stratum.population, number[place])
        for place, stratum in enumerate(key.strata)
    ]
    output.table("", columns, rows, right=columns[3:], names=2)
    for reason, left_out in key.left_out.items():
        output.say(f"{left_out} answers could not be drawn: {reason}")
    to_fill = sum(entry.right is None for entry in entries)
    output.say(
        f'Written to {sheet}: {len(entries)} lines, {to_fill} to be filled in. Write true, false or "unsure" behind '
        f"`right`, from the top; do not look into {key_beside(sheet).name}, which says what the measure said."
    )
    then = ["Then: tiltyard audit-answers count", str(sheet), *(f"--from {file}" for file in source)]
    output.say(" ".join([*then, "--from-page"] if at_page else then))


def taken_up(taken: TakenUp[Entry], items: Sequence[str]) -> None:
    """Beside the output: what the page settled of a sheet, and on which of its lines reviewers differ."""
    said = f"Taken up from the page Review: {taken.settled} of {len(items)} lines."
    if taken.disputed:
        at = ", ".join(str(items.index(item) + 1) for item in taken.disputed)
        where = "line" if len(taken.disputed) == 1 else "lines"
        said = f"{said} Reviewers differ on {where} {at}: there a further one decides."
    output.err.print(said, markup=False, soft_wrap=True)


def counted(audited: Audited) -> None:
    """The sentences, and the table of arms."""
    for sentence in wording.sentences(audited):
        output.say(sentence)
    if audited.arms:
        table = corrections(audited)
        output.table(table.caption, table.heads, table.rows, right=table.heads[1:])
