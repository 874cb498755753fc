"""Where an accepted answer or a choice stands in a text, looked for by its kind: date, time, amount, name or phrase."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from shared.scoring import values
from shared.scoring.names import Mention, mentions
from shared.scoring.tokens import Spoken

LONGEST = 300


@dataclass(frozen=True)
class Located:
    """A mention; not `stated` where it is an end of a range or a bound: more than 5, 5 to 10."""

    mention: Mention
    stated: bool = True


def located(text: Spoken, reference: str, asked: AbstractSet[str]) -> Iterator[Located]:
    """Every place where the text has the reference; `asked`: the question's folded words.

    A reference of more than LONGEST characters is a text that no answer has in one place.
    """
    if len(reference) > LONGEST:
        return
    if (date := values.date_of(reference)) is not None:
        spans = values.date_spans(text, date)
    elif (time := values.time_of(reference)) is not None:
        spans = values.time_spans(text, time)
    elif (quantity := values.quantity(reference)) is not None:
        spans = values.amount_spans(text, quantity, asked)
    else:
        yield from map(Located, mentions(text, reference, asked))
        return
    for span in spans:
        within = [place for place, token in enumerate(text.tokens) if token.end > span.start and token.start < span.end]
        if within:
            yield Located(Mention(within[0], within[-1] + 1, span.rule, span.doubtful), span.stated)
