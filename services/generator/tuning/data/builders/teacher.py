"""Pairs and rewordings written by a teacher model; what does not survive the round trip is left out.

Round trip: asked the question with the document before it, the teacher must say the answer again, and the answer must
stand in the document word for word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import Field

from services.generator.ports import Chat
from services.generator.tuning.data import round_trip, teaching
from services.generator.tuning.data.drawing import kept
from services.generator.tuning.data.example import Example, LeftOut, Made
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.pieces import pieces
from services.generator.tuning.data.plan import BuilderOptions
from services.generator.tuning.data.teaching import Teacher, TeacherPrompts
from services.generator.tuning.data.wordings import holds, normal

SILENT, ELSEWHERE = "document of which the teacher wrote no pair", "taught pair whose answer is not in the document"
NAMELESS = "taught question that names nothing of its document"
LOST, TWICE = "taught pair that failed the round trip", "taught question twice"


class Options(BuilderOptions):
    """How much is asked of the teacher, and how alike an answer must be when it comes back."""

    prompt: str = Field(default="teacher.v1", description="a file in data/prompts, or a path.toml")
    documents: int | None = Field(default=None, ge=1, description="most documents, chosen by chance; empty: all")
    pairs: int = Field(default=3, ge=0, description="asked for of each document; 0: only rewordings")
    paraphrases: int = Field(default=2, ge=0, description="asked for of each question; 0: none")
    of_pairs: bool = Field(default=True, description="whether the questions of the builders before are reworded too")
    least_f1: float = Field(default=0.6, gt=0, le=1, description="of the answer that comes back with the first one")
    must_name: bool = Field(
        default=True,
        description="a written question must hold a name of its document, so that it says what it is about; false for "
        "languages without capitals",
    )
    words: int = Field(default=400, ge=20, description="of a document that the teacher is shown; its beginning")


@dataclass(frozen=True)
class _Lesson:
    """A teacher with its prompts, and the documents as it is shown them."""

    teacher: Teacher
    prompts: TeacherPrompts
    options: Options
    texts: dict[str, str]

    def pairs(self) -> Iterator[Made]:
        """What the teacher wrote about each document, not yet tried."""
        chats = [self.prompts.chat(self.prompts.pairs, text=text, count=self.options.pairs) for text in self.shown]
        for (identifier, text), reply in zip(self.texts.items(), self.teacher.ask(chats), strict=True):
            written = teaching.pairs_in(reply)[: self.options.pairs]
            if not written:
                yield LeftOut(SILENT)
            for question, answer in written:
                why = self._flaw(text, question, answer)
                yield LeftOut(why) if why else self._example(identifier, question, answer)

    def _flaw(self, text: str, question: str, answer: str) -> str:
        """Why a written pair is not worth a trial, or ""."""
        if not holds(text, answer):
            return ELSEWHERE
        return "" if round_trip.names(question, text) or not self.options.must_name else NAMELESS

    def paraphrases(self, questions: Sequence[Example]) -> Iterator[Example]:
        """The questions in other words, not yet tried."""
        count = self.options.paraphrases
        chats = [
            self.prompts.chat(self.prompts.paraphrases, question=example.question, count=count) for example in questions
        ]
        for example, reply in zip(questions, self.teacher.ask(chats), strict=True):
            for question in teaching.questions_in(reply)[:count]:
                yield self._example(example.document_ids[0], question, example.answer, example.group)

    def tried(self, examples: Sequence[Example]) -> Iterator[Made]:
        """Those whose answer the teacher finds again."""
        replies = self.teacher.ask([self._again(example) for example in examples])
        for example, reply in zip(examples, replies, strict=True):
            same = round_trip.is_same(reply, example.answer, self.options.least_f1)
            yield example if same else LeftOut(LOST)

    @property
    def shown(self) -> list[str]:
        return list(self.texts.values())

    def _again(self, example: Example) -> Chat:
        return self.prompts.chat(
            self.prompts.answer, text=self.texts[example.document_ids[0]], question=example.question
        )

    def _example(self, identifier: str, question: str, answer: str, group: str = "") -> Example:
        group = group or f"{identifier}: {normal(question)}"
        return Example(builder="teacher", question=question, answer=answer, document_ids=(identifier,), group=group)


def build(material: Material, options: Options) -> Iterator[Made]:
    """Pairs, then rewordings of them and of what was there before. Raises ValueError where there is no teacher."""
    if material.teacher is None:
        raise ValueError("the recipe has the builder teacher: set TILTYARD_TEACHER_VARIANT")
    lesson = _Lesson(material.teacher, teaching.prompts(options.prompt), options, _texts(material, options))
    known = {normal(example.question) for example in material.questions}
    written: list[Example] = []
    for wording in _tried(lesson, lesson.pairs() if options.pairs else (), known):
        if isinstance(wording, Example):
            written.append(wording)
        yield wording
    before = (
        [example for example in material.questions if example.document_ids[0] in lesson.texts]
        if options.of_pairs
        else []
    )
    if options.paraphrases:
        yield from _tried(lesson, lesson.paraphrases([*before, *written]), known)


def _tried(lesson: _Lesson, wordings: Iterator[Made] | tuple[()], known: set[str]) -> Iterator[Made]:
    """New wordings that pass the round trip; `known` learns them."""
    new: list[Example] = []
    for wording in wordings:
        if isinstance(wording, LeftOut):
            yield wording
        elif normal(wording.question) in known:
            yield LeftOut(TWICE)
        else:
            known.add(normal(wording.question))
            new.append(wording)
    yield from lesson.tried(new)


def _texts(material: Material, options: Options) -> dict[str, str]:
    names = [name for name, document in material.documents.items() if document.text.strip()]
    chosen = kept(names, options.documents or len(names), seed=material.seed, name_of=str)
    return {name: _shown(material, name, options.words) for name in chosen}


def _shown(material: Material, name: str, words: int) -> str:
    document = material.documents[name]
    return "\n".join(part for part in (document.revision.title, *pieces(document.text, words)[:1]) if part)
