"""A question of a conversation with the words that it leaves to the turns before it, by rules and without a model.

A question that points back ("it", "there", "that one"), names nothing, or is only a fragment gets the content words of
the asker's last turns and the names and numbers of the replies, newest first, back to the turn that opened the
subject. One that stands by itself stays as it is: a new subject must not be searched together with the old one.
Adding terms of the history without a model is a known baseline of conversational search (TREC CAsT: Dalton et al.
2020; Voskarides et al., SIGIR 2020). The words that are left out and that point back are English; in other languages
more is carried over than is needed, and where no letter is a capital, nothing of the replies.
"""

from collections.abc import Iterator, Sequence

import regex

from services.retriever.ports import Condense
from services.retriever.settings import RetrieverSettings
from shared.messages import Question, Turn

FEWEST = 3
_WORD = regex.compile(r"[^\W_]+(?:['\u2019.,:-][^\W_]+)*")  # with combining marks
_BACK = frozenset(
    """it its he him his she her hers they them their theirs this that these those there then one ones same else
    another other others both former latter again also too""".split()  # noqa: SIM905
)
_COMMON = _BACK | frozenset(
    """a about an and any are as at be been between but by can could did do does for from had has have how i if in
    into is just many may me more most much my no not now of ok on only or our out please so some tell thanks
    thank than the to up us was we well were what when where which while who whom whose why will with would yes
    you your know say said don't isn't""".split()  # noqa: SIM905
)


def build(settings: RetrieverSettings) -> Condense:
    """At most `condense_words` words of the last `condense_turns` turns."""
    turns, words = settings.condense_turns, settings.condense_words
    return lambda question: condensed(question, turns=turns, words=words)


def condensed(question: Question, *, turns: int, words: int) -> str:
    """The question's text, and behind it what it leaves out."""
    if not question.history or stands_alone(question.text):
        return question.text
    own = {word.casefold() for word in _WORD.findall(question.text)}
    carried = {word.casefold(): word for word in _carried(question.history[-turns:]) if word.casefold() not in own}
    return " ".join([question.text, *list(carried.values())[:words]])


def stands_alone(text: str) -> bool:
    """Whether a question names what it is about, points at nothing before it, and is no fragment."""
    words = _WORD.findall(text)
    pointing = any(word.casefold() in _BACK for word in words)
    return not pointing and len(_content(words)) >= FEWEST and bool(_named(words[1:]))


def _carried(turns: Sequence[Turn]) -> Iterator[str]:
    for turn in reversed(turns):
        words = _WORD.findall(turn.text)
        yield from _content(words) if turn.role == "asker" else _named(words)
        if turn.role == "asker" and stands_alone(turn.text):
            return


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if word.casefold() not in _COMMON]


def _named(words: Sequence[str]) -> list[str]:
    """Words with a capital letter or a digit, which names and numbers have."""
    return [word for word in _content(words) if word != word.lower() or any(map(str.isdigit, word))]
