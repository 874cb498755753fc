"""The sections that say how each number is counted, and what stands behind it."""

from shared.lab.report.blocks import Bullets, Paragraph, Section, Table
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import moment
from shared.lab.report.provenance import Voice
from shared.statistics.resampling import DRAWS, SEED
from shared.statistics.wording import NONE

RULES = (
    (
        "Right is the metric `right`: an accepted answer is what the answer asserts. Denied, hedged, retracted and "
        "merely listed candidates do not count, nor does an accepted answer somewhere in a long text. It applies to "
        "questions that have an accepted answer; abstaining where there is none is counted apart."
    ),
    (
        "Abstained, failed, missing and wrong are counted apart. Failed: an arm said that it could not answer. "
        "Missing: it had not answered by the deadline; it counts with what an unanswered question scores."
    ),
    "Not scored: nobody gave accepted answers. Such questions are in no accuracy.",
    (
        "Intervals of means: 95 %, Student's t over clusters of questions with one imagined question right and one "
        "wrong, without draws; of a trained arm with several runs over trainings as well. Calibration errors, "
        f"agreement and grades: BCa bootstrap, {DRAWS:,} draws, seed {SEED}. Ratings: profile likelihood."
    ),
    (
        "Clusters: every two questions that share a gold document are taken to be dependent, since what befalls a "
        "document befalls all questions about it."
    ),
    (
        "Comparisons are paired: only questions with a score of both arms count. p: two-sided, below 0.05 exactly "
        "where the interval excludes 0; p (Holm): adjusted over the family that the section names; McNemar's exact "
        "test only where no two questions share a document. Could have shown: the smallest true difference that is "
        "decided in 80 % of cases, among all that is compared."
    ),
    (
        "Intervals are for results that were complete when they were read. Looking again and again while results "
        "come in, and stopping when a difference shows, is not covered."
    ),
    (
        "Arms are compared on the questions that were asked. Questions written from documents that search finds "
        "easily, or in words that training saw, make one side look better than it is; no statistic here can notice "
        "that."
    ),
)


def counted(numbers: Numbers) -> Section:
    """How each number is computed, and what it must not be used for."""
    del numbers
    return Section("How the numbers are counted", "counted", [Bullets(RULES)])


def provenance_(numbers: Numbers) -> Section:
    """Results, models, adapters, prompts, backends and versions of metrics."""
    provenance = numbers.provenance
    where = [
        ("results", provenance.results_from or NONE),
        ("times of documents", provenance.times_from or NONE),
        ("questions", f"{provenance.questions} in {numbers.clusters} clusters; {numbers.scored} scored"),
        ("contest", f"{provenance.contest.label}: {', '.join(provenance.contest.arm_names)}"),
        ("left out, of other contests", ", ".join(f"{n} of {name}" for name, n in provenance.left_out.items()) or NONE),
        ("slices", ", ".join(f"{name} {count}" for name, count in numbers.slices.items())),
        ("asked", f"{moment(provenance.first_asked)} to {moment(provenance.last_asked)}"),
        ("range asked for", f"from {moment(provenance.since)} until {moment(provenance.until)}"),
        ("last scored", moment(provenance.last_scored)),
        (
            "published results",
            ", ".join(f"{count} at version {v}" for v, count in provenance.result_versions.items()) or NONE,
        ),
        ("lacked `right`", f"{provenance.counted_anew}: counted from their texts" if provenance.counted_anew else NONE),
        ("report", f"numbers of version {numbers.version}"),
    ]
    heads = ["arm", "answers", "model", "adapter", "cutoff", "weights (SHA-256)", "backend", "prompt"]
    rows = [
        [voice.arm, str(voice.answers), voice.model, _adapter(voice), moment(voice.cutoff),
         voice.weights_sha256[:16] or NONE, voice.backend, voice.prompt]
        for voice in provenance.voices
    ]  # fmt: skip
    metrics = sorted(provenance.metric_versions.items())
    return Section(
        "Provenance",
        "provenance",
        [
            Table("What was counted", ["", ""], where),
            Table("Who answered (failed answers left out)", heads, rows, numbers=(1,)),
            Table("Versions of metrics", ["metric", "version"], metrics),
            Paragraph(f"The report shows {', '.join(_shown(numbers)) or 'none of them'}.", small=True),
        ],
    )


def _adapter(voice: Voice) -> str:
    return f"{voice.adapter or NONE}{', unfinished' if voice.unfinished else ''}"


def _shown(numbers: Numbers) -> list[str]:
    return sorted({metric for cell in numbers.table for metric in cell.scores})
