"""Words that say what a statement is worth: denials, hedges, corrections, in the languages that news is asked in.

They stand in `cues.toml`: folded words with single spaces. A phrase of one word is one token; longer ones are looked
for as they stand.
"""

import tomllib
from pathlib import Path

_LISTS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

NEGATORS = frozenset(_LISTS["negators"])
PROTECTED = tuple(_LISTS["protected"])
"""With a negator in them, and yet they deny nothing that follows."""
DENIALS = tuple(_LISTS["denials"])
"""Before what they deny."""
PAST = tuple(_LISTS["past"])
"""Before what was said or true once; they do not count where the question itself has them."""
NOW = frozenset(_LISTS["now"])
THEN = frozenset(_LISTS["then"])
"""What was, where another statement says what is now."""
OLD, NEW = frozenset(_LISTS["old"]), frozenset(_LISTS["new"])
"""Of what was, where the new one is spoken of elsewhere."""
WON_AGAINST = frozenset(_LISTS["won_against"])
"""Before who lost."""
WINNING = frozenset(_LISTS["winning"])
"""Before "against", "over" or "ahead of" who lost."""
LOST = tuple(_LISTS["lost"])
"""Behind who lost."""
CONTESTED = WON_AGAINST | frozenset(
    (
        "before", "former", "predecessor", "previous", "previously", "replace", "succeed", "until",
        "lost", "lose", "loses", "loser", "defeat", "beat", "runner", "second", "opponent",
    )
)  # fmt: skip
"""Words of a question that asks for who lost."""
NOT_BEHIND = frozenset(_LISTS["not_behind"])
"""Negators that stand directly behind what they deny."""
EXPLAINING = frozenset(_LISTS["explaining"])
"""Before a reason for what was said."""
REFUTED = tuple(_LISTS["refuted"])
"""The same, of more than one word."""
AFTERWARDS = tuple(_LISTS["afterwards"])
"""Behind what was once, and before what is so now."""
WRONG = frozenset(_LISTS["wrong"])
"""Behind a form of "to be"."""
BE = frozenset(_LISTS["be"])
HEDGES = tuple(_LISTS["hedges"])
HEDGES_WITHOUT_SPACES = tuple(_LISTS["hedges_without_spaces"])
HEDGED_BEHIND = tuple(_LISTS["hedged_behind"])
DOUBTS = tuple(_LISTS["doubts"])
"""Still an assertion, and yet worth a second look."""
CORRECTIONS = tuple(_LISTS["corrections"])
"""What was said before them is taken back."""
DENIED_BEFORE = tuple(_LISTS["denied_before"])
"""In scripts without spaces, directly before what they deny."""
DENIED_BEHIND = tuple(_LISTS["denied_behind"])
"""The same, directly behind."""
OR = frozenset(_LISTS["or"])
AND = frozenset(_LISTS["and"])
BUT = frozenset(_LISTS["but"])
ARTICLES = frozenset(_LISTS["articles"])
FUNCTION = frozenset(_LISTS["function"])
TITLES = frozenset(_LISTS["titles"])
UNSURE = tuple(_LISTS["unsure"])
"""Anywhere near a statement: its writer does not stand by it."""
YES, NO = frozenset(_LISTS["yes"]), frozenset(_LISTS["no"])
YES_WITHOUT_SPACES, NO_WITHOUT_SPACES = tuple(_LISTS["yes_without_spaces"]), tuple(_LISTS["no_without_spaces"])
YES_AT_THE_HEAD, NO_AT_THE_HEAD = tuple(_LISTS["yes_at_the_head"]), tuple(_LISTS["no_at_the_head"])
"""With which an answer begins that says yes or no in other words."""
SMALL = frozenset(_LISTS["small"])
"""Words that are a name with a capital and something else without."""
GENERIC = frozenset(_LISTS["generic"])
"""In a name that is no person's, whose last word does not stand for it."""
QUALIFIERS = frozenset(_LISTS["qualifiers"])
"""Before a name they make another of it."""
KIN = frozenset(_LISTS["kin"])
"""Before "of" and a name they speak of somebody or something else."""
DAYS, FIRMS, HEIRS = (frozenset(_LISTS[name]) for name in ("days", "firms", "heirs"))
ABBREVIATED, PLAIN = frozenset(_LISTS["abbreviated"]), frozenset(_LISTS["plain"])
"""Words before a full stop that ends nothing; words behind an amount that are no unit."""
VENUES = frozenset(_LISTS["venues"])
"""Behind a name they add nothing to it."""
