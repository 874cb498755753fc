"""Facts as a teacher model asks for them: each passes a round trip, and is reworded for the training pairs.

Of a document that came again the teacher is asked the old questions over the new text, so that what was corrected is
seen by its answer.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.generator.ports import Chat
from services.generator.tuning.data import round_trip, teaching
from services.generator.tuning.data.asking.facts import GONE, TAUGHT, TOO_LONG, Facts, Told
from services.generator.tuning.data.asking.wordings import Asked, Template
from services.generator.tuning.data.pieces import pieces
from services.generator.tuning.data.teaching import Teacher, TeacherPrompts
from services.generator.tuning.data.wordings import holds, normal

LEAST_F1, WORDS, REWORDINGS = 0.6, 400, 2
LONGEST_ANSWER = 12
"""Words; a corrected answer that is longer is a whole sentence."""
KIND = "taught"
SILENT = "the teacher wrote no question that names something of the text and has an answer from it"
FLAWED = "no question of the teacher passed the round trip and could be reworded"


@dataclass(frozen=True)
class ByTeacher:
    """Reads documents for questions. `most`: facts that are asked for of one document."""

    teacher: Teacher
    prompts: TeacherPrompts
    most: int

    def __call__(
        self, before: Told, later: Told, left_out: Counter[str]
    ) -> tuple[dict[str, Facts | None], dict[str, Facts | None]]:
        """Facts of both editions, None of a retracted document. Raises as the teacher does.

        Of a document that came again a fresh question counts only if its answer did not stand in the old text.
        """
        first = self._written(before, left_out)
        stands = self._asked_again({name: facts for name, facts in first.items() if facts}, later)
        second = self._written(later, left_out)
        for name, old in before.items():
            if facts := second.get(name):
                second[name] = {of: fact for of, fact in facts.items() if not holds(old or "", fact.answer)}
        for name, facts in stands.items():
            second[name] = {**(second.get(name) or {}), **facts}
        return first, second

    def _written(self, told: Told, left_out: Counter[str]) -> dict[str, Facts | None]:
        texts = {name: _shown(text) for name, text in told.items() if text}
        replies = self._ask(
            self.prompts.chat(self.prompts.pairs, text=text, count=self.most) for text in texts.values()
        )
        pairs = [
            (name, question, answer)
            for (name, text), reply in zip(texts.items(), replies, strict=True)
            for question, answer in teaching.pairs_in(reply)[: self.most]
            if _is_sound(text, question, answer)
        ]
        kept = self._tried(texts, pairs)
        found = self._reworded(kept, left_out)
        wrote = {name for name, _, _ in pairs}
        left_out.update(SILENT if name not in wrote else FLAWED for name in texts if not found.get(name))
        left_out.update(GONE for text in told.values() if text is None)
        return {name: None if text is None else found.get(name, {}) for name, text in told.items()}

    def _tried(self, texts: Mapping[str, str], pairs: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """Those whose answer the teacher finds again."""
        replies = self._ask(self._over(texts[name], question) for name, question, _ in pairs)
        return [pair for pair, reply in zip(pairs, replies, strict=True) if _is_same(reply, pair[2])]

    def _reworded(self, pairs: Sequence[tuple[str, str, str]], left_out: Counter[str]) -> dict[str, dict[str, Asked]]:
        """Each with wordings to learn from that are other than the question, and do not tell the answer."""
        chats = (
            self.prompts.chat(self.prompts.paraphrases, question=question, count=REWORDINGS) for _, question, _ in pairs
        )
        found: dict[str, dict[str, Asked]] = {}
        for (name, question, answer), reply in zip(pairs, self._ask(chats), strict=True):
            others = {normal(other): other for other in teaching.questions_in(reply)}
            others.pop(normal(question), None)
            usable = [other for other in others.values() if not holds(other, answer)]
            if usable:
                wordings: dict[Template, str] = {"question": question, **dict(zip(TAUGHT, usable, strict=False))}
                fact = Asked(answer, KIND, "", wordings)
                if fact.is_short:
                    found.setdefault(name, {})[question] = fact
                else:
                    left_out[TOO_LONG] += 1
        return found

    def _asked_again(self, known: Mapping[str, Facts], later: Told) -> dict[str, dict[str, Asked]]:
        """What a later revision says to the questions of an earlier one; nothing where it does not say."""
        texts = {name: _shown(text) for name in known if (text := later.get(name))}
        asked = [(name, fact) for name in texts for fact in known[name].values()]
        replies = self._ask(self._over(texts[name], fact.name) for name, fact in asked)
        stands: dict[str, dict[str, Asked]] = {name: {} for name in texts}
        for (name, fact), reply in zip(asked, replies, strict=True):
            if _is_same(reply, fact.answer) or _is_same(fact.answer, reply):
                stands[name][fact.name] = fact
            elif _is_another(texts[name], reply, fact.answer):
                stands[name][fact.name] = Asked(reply, KIND, "", fact.wordings)
        return stands

    def _over(self, text: str, question: str) -> Chat:
        return self.prompts.chat(self.prompts.answer, text=text, question=question)

    def _ask(self, chats: Iterable[Chat]) -> Iterator[str]:
        return iter(self.teacher.ask([*chats]))


def _shown(text: str) -> str:
    """The beginning of a text."""
    return next(iter(pieces(text, WORDS)), "")


def _is_sound(text: str, question: str, answer: str) -> bool:
    """Whether the text has the answer, and the question a name of it but not the answer."""
    return round_trip.names(question, text) and holds(text, answer) and not holds(question, answer)


def _is_same(reply: str, answer: str) -> bool:
    return round_trip.is_same(reply, answer, LEAST_F1)


def _is_another(text: str, reply: str, answer: str) -> bool:
    """Whether a reply from the text is another answer of the same kind, with a number where the old one has one."""
    is_short = len(reply.split()) <= LONGEST_ANSWER
    return is_short and holds(text, reply) and bool(round_trip.amounts(reply)) == bool(round_trip.amounts(answer))
