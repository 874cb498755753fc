"""Which of a question's choices an answer asserts: not one that it denies, doubts or lists beside others."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import regex

from shared.abstaining import abstains
from shared.scoring.choices import VERSION as NAMING
from shared.scoring.choices import Choices
from shared.scoring.cues import AND, ARTICLES, EXPLAINING, OR
from shared.scoring.finding import located
from shared.scoring.names import Mention
from shared.scoring.places import Place
from shared.scoring.scopes import standing
from shared.scoring.spelt import ORDINALS
from shared.scoring.tokens import Spoken, cleaned, spoken

VERSION = f"asserting-3:{NAMING}"
LONGEST = 120
"""Words: of a longer text only what it calls its answer is weighed."""
_CALLED = regex.compile(
    r"(?:(?:answer|choice|option|antwort|respuesta|réponse|risposta|resposta|\u043e\u0442\u0432\u0435\u0442)"
    r"(?:\s(?:is|would be|must be|ist|es|est|è|é)\b)?\s?(?::|[-\u2013](?=\s))?"
    r"|(?:选择?|選擇?)(?:项|項)?:?(?=\s*[A-Za-z(])|答案(?:是|为|為)?:?|答えは)\s*(?P<said>[^\n]+)",
    regex.IGNORECASE,
)
_NTH = regex.compile(
    r"(?:it'?s |it is )?(?:the )?(?P<nth>first|second|third|fourth|fifth|sixth|last) (?:one|option|choice|answer)\W*$",
    regex.IGNORECASE,
)
_BOXED = regex.compile(r"\$|\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}|\\text\{([^{}]*)\}")
_LABEL = regex.compile(r"\(?(?<![\w'])(?P<label>[A-Z]|(?<=\()[a-z](?=\)))(?![\w'+#-])(?!\.\p{L})\)?")
_LETTERS = regex.compile(r"\b([A-Z])\.\s(?=[A-Z]\b)")
_ARTICLE = regex.compile(r"^\s\p{Ll}")
_BEHIND_LABEL = regex.compile(
    r"^\s(?:is|was|are|because|since|as|for|and|or|nor|but|rather|not|seems|would|must|fits|looks|,)\b"
)


def chosen(choices: Sequence[str], answer: str) -> frozenset[int]:
    """Places of the choices that the answer asserts, from 0; more than one where it does not settle on one.

    What it calls its answer goes first. Choices are looked for by their words and by their letters.
    """
    among, text = Choices(choices), _unboxed(answer)
    if exact := among.exactly(text):
        return exact
    if ordered := _by_order(choices, text):
        return ordered
    if abstains(text):
        return frozenset()
    for said in reversed([match["said"] for match in _CALLED.finditer(text)]):
        if len(settled := _settled(among, choices, said)) == 1:
            return settled
    return _settled(among, choices, text)


def _by_order(choices: Sequence[str], text: str) -> frozenset[int]:
    """ "The second one." """
    if not (match := _NTH.match(text)):
        return frozenset()
    place = len(choices) if match["nth"].casefold() == "last" else ORDINALS[match["nth"].casefold()]
    return frozenset({place - 1} if place <= len(choices) else ())


def _unboxed(answer: str) -> str:
    text = answer
    for _ in range(2):
        text = _BOXED.sub(lambda match: match[1] or match[2] or "", text)
    return cleaned(_LETTERS.sub(r"\1; ", text))


def _settled(among: Choices, choices: Sequence[str], text: str) -> frozenset[int]:
    named = among.named(text)
    view = spoken(text)
    if view.words > LONGEST:
        return named
    places = _before_reasons(view, list(_places(choices, view)))
    if not places:
        return named
    beside = _side_by_side(view, [spot for _, spot in places])
    weighed = [(place, "listed" if spot.first in beside else standing(spot)[0]) for place, spot in places]
    asserted = frozenset(place for place, worth in weighed if worth == "asserted")
    if len(named) == 1 and not asserted:
        rejected = any(
            place in named and worth in ("denied", "hedged", "taken back", "asked") for place, worth in weighed
        )
        return frozenset() if rejected else named
    return named if len(named) == 1 and named <= asserted and _is_whole(view) else asserted


def _before_reasons(view: Spoken, places: Sequence[tuple[int, Place]]) -> Sequence[tuple[int, Place]]:
    """Without what is named in the reason that follows: "B) dog, because it barks at the cat"."""
    reason = next((at for at, token in enumerate(view.tokens) if token.folded in EXPLAINING), len(view.tokens))
    return [spot for spot in places if spot[1].first < reason] or places


def _side_by_side(view: Spoken, spots: Sequence[Place]) -> frozenset[int]:
    """Choices with nothing between them but a comma, "and" or "or"."""
    ordered, beside = sorted(spots, key=lambda spot: spot.first), set[int]()
    for before, behind in pairwise(ordered):
        between = [token for token in view.tokens[before.last : behind.first] if token.raw not in "()"]
        if between and all(token.raw in ",/;" or token.folded in OR | AND | ARTICLES for token in between):
            beside |= {before.first, behind.first}
    return frozenset(beside)


def _is_whole(view: Spoken) -> bool:
    """Whether the text is so short that its reading as a whole goes first."""
    return view.words <= 2


def _places(choices: Sequence[str], view: Spoken) -> Iterator[tuple[int, Place]]:
    """Where each choice stands, by its words outside those of longer choices, and by its letter."""
    mentions = [
        (place, spot.mention)
        for place, choice in enumerate(choices)
        if len(choice.strip()) > 1
        for spot in located(view, choice, frozenset())
        if spot.stated and spot.mention.rule not in ("last name", "same words")
    ]
    mentions += [(place, mention) for place, choice in enumerate(choices) for mention in _word_for_word(view, choice)]
    taken = set[int]()
    for place, mention in sorted(mentions, key=lambda named: (named[1].first - named[1].last, -len(choices[named[0]]))):
        own = set(range(mention.first, mention.last))
        if not own & taken:
            taken |= own
            yield place, Place(view, mention.first, mention.last, frozenset(own), frozenset())
    if any(len(choice.strip()) == 1 and choice.strip().isalpha() for choice in choices) and view.words > 1:
        return
    for match in _LABEL.finditer(view.text):
        place = ord(match["label"].casefold()) - ord("a")
        spot = next((n for n, token in enumerate(view.tokens) if token.start == match.start("label")), None)
        if place < len(choices) and spot is not None and not _is_word(view, match) and spot not in taken:
            yield place, Place(view, spot, spot + 1, frozenset({spot}), frozenset())


def _word_for_word(view: Spoken, choice: str) -> Iterator[Mention]:
    """Where a choice of several words stands as it is written: "ages 5-12" is no bound there, and no range."""
    words = [token.folded for token in spoken(choice).tokens]
    said = [token.folded for token in view.tokens]
    for at in range(len(said) - len(words) + 1) if len(words) > 1 else ():
        if said[at : at + len(words)] == words:
            yield Mention(at, at + len(words))


def _is_word(view: Spoken, match: "regex.Match[str]") -> bool:
    """Whether the letter is an article or a pronoun: "A green one", "I think"."""
    behind = view.text[match.end() :]
    return match["label"] in "AIOY" and bool(_ARTICLE.match(behind)) and not _BEHIND_LABEL.match(behind)
