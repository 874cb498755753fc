"""Everything that datasets are made with, from the settings: prompts, chunks, the adapter before, the teacher."""

from pathlib import Path

from services.generator import answer_prompt
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.assembling import Assembly
from services.generator.tuning.data.checking import Earlier
from services.generator.tuning.data.chunks import whole
from services.generator.tuning.data.material import Chunks, Previous, Serving
from services.generator.tuning.data.plan import DataPlan
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.data.teaching import Remembering, Teacher
from shared import plugins

TEACHERS = "services.generator.tuning.data.teachers"


def configured_assembly(
    plan: DataPlan,
    generator: GeneratorSettings,
    home: Path,
    *,
    teacher: TeacherSettings,
    chunks: Chunks = whole,
    previous: Previous | None = None,
    earlier: Earlier = lambda _: {},
) -> Assembly:
    """An assembly as the settings describe it; a teacher is there only where the plan has the builder for it.

    `previous` is the adapter before. `earlier` reads earlier revisions. Raises ValueError where a prompt or the teacher
    is missing.
    """
    return Assembly(
        plan=plan,
        serving=serving(generator),
        chunks=chunks,
        previous=previous,
        teacher=_teacher(plan, teacher, generator, home=home),
        earlier=earlier,
    )


def serving(generator: GeneratorSettings) -> Serving:
    """How the generator's arms would put a question."""
    closed_book, rag = answer_prompt.load(generator.closed_book_prompt), answer_prompt.load(generator.rag_prompt)
    return Serving(generator.evidence_chunks, generator.evidence_words, closed_book.abstain, rag.abstain)


def _teacher(plan: DataPlan, settings: TeacherSettings, generator: GeneratorSettings, *, home: Path) -> Teacher | None:
    if not any(stage.builder == "teacher" for stage in (*plan.builders, *plan.without_pairs)):
        return None
    return configured_teacher(settings, generator, home)


def configured_teacher(settings: TeacherSettings, generator: GeneratorSettings, home: Path) -> Teacher:
    """The teacher of the settings, whose replies are kept in the home folder. Raises ValueError where it is none."""
    made: Teacher = plugins.load(TEACHERS, settings.variant)(settings, generator, home)
    return Remembering(made, home / "teacher")
