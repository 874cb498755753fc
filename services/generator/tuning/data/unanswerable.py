"""Questions that no document answers, made by rules: a question with its name exchanged for another document's.

Nothing proves that a question is answered nowhere. What is made sure is that no live document, held out or not, names
the other name together with the answer, or with half or more of the question's other content words.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from services.generator import evidence
from services.generator.tuning.data.drawing import generator
from services.generator.tuning.data.mentions import Mention, mentions
from services.generator.tuning.data.wordings import holds, normal

Kind = tuple[str, ...]
KindOf = Callable[[str, Mention], Kind | None]
"""What a name in a sentence is of; None where that cannot be told."""
NO_SWAP = "question without a name to exchange"
TRIES = 20


@dataclass(frozen=True, order=True)
class _Name:
    """A name in a document; names of one `kind` may be of the same kind of thing."""

    text: str
    document_id: str
    kind: Kind


@dataclass(frozen=True)
class Swap:
    """A question about a name that comes from `document_id`."""

    question: str
    document_id: str


class Swaps:
    """Exchanges names between documents.

    `texts` is id -> text of those whose names are taken, `known` of every live document. With `kind_of` a name is
    exchanged for one of its kind alone; without it, names behind the same word come first, and then any.
    """

    def __init__(
        self, texts: Mapping[str, str], known: Mapping[str, str], seed: int, kind_of: KindOf | None = None
    ) -> None:
        self._known, self._seed, self._strict = known, seed, kind_of is not None
        self._kind_of = kind_of or _word_before
        self._names = sorted({entity for name, text in texts.items() for entity in self._names_in(name, text)})
        self._of_kind: dict[Kind, list[_Name]] = defaultdict(list)
        for name in self._names:
            self._of_kind[name.kind].append(name)
        self._naming: dict[str, set[str]] = defaultdict(set)
        for identifier, text in known.items():
            for word in normal(text).split():
                self._naming[word].add(identifier)

    def of(self, asked: str, answer: str, document_id: str) -> Swap | None:
        """The first exchange, in an order drawn by chance, after which nothing answers the question."""
        own = self._known[document_id]
        draws = generator(self._seed, "swap", asked)
        for name in (entity for entity in self._names_of(asked) if holds(own, entity.text)):
            others = _some(self._of_kind.get(name.kind, []), draws)
            for other in others if self._strict else (*others, *_some(self._names, draws)):
                question = asked.replace(name.text, other.text)
                if not holds(own, other.text) and self._is_answered_nowhere(question, other.text, answer):
                    return Swap(question, other.document_id)
        return None

    def _names_in(self, document_id: str, text: str) -> Iterator[_Name]:
        return (entity for sentence in evidence.sentences(text) for entity in self._names_of(sentence, document_id))

    def _names_of(self, sentence: str, document_id: str = "") -> Iterator[_Name]:
        for mention in mentions(sentence):
            if mention.kind == "entity" and (kind := self._kind_of(sentence, mention)) is not None:
                yield _Name(mention.text, document_id, kind)

    def _is_answered_nowhere(self, question: str, name: str, answer: str) -> bool:
        rest = evidence.stems(question) - evidence.stems(name)
        texts = (self._known[identifier] for identifier in self._with_all_words_of(name))
        return bool(rest) and not any(
            holds(text, name) and (holds(text, answer) or 2 * len(rest & evidence.stems(text)) >= len(rest))
            for text in texts
        )

    def _with_all_words_of(self, name: str) -> set[str]:
        return set.intersection(*(self._naming.get(word, set()) for word in normal(name).split()))


def _some(names: Sequence[_Name], draws: Random) -> list[_Name]:
    return draws.sample(names, min(TRIES, len(names)))


def _word_before(sentence: str, mention: Mention) -> Kind:
    """`of`, `by` and `the` go before names of different kinds."""
    return ((sentence[: mention.start].split() or [""])[-1].casefold(),)
