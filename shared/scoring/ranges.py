"""How a number may be said that is no statement of it: as a bound, as an end of a range, as the mark of a list."""

import regex

ROUGHLY = (
    r"(?:about|around|approximately|roughly|some|nearly|almost|ca\.?|circa|etwa|environ|a|an|the|exactly|only|just)"
)
COMPARED = r"(?:more than|less than|fewer than|over|under|at least|at most|up to|below|above|mehr als|plus de)"
LEAD = regex.compile(rf"^(?:{ROUGHLY}\s)*", regex.IGNORECASE)
MORE_BEFORE = regex.compile(rf"\b{COMPARED}\s(?:{ROUGHLY}\s)*[$€£¥]?$", regex.IGNORECASE)
MORE_BEHIND = regex.compile(r"^\s?(?:\+|±|or (?:more|less|fewer|over)|plus\b)", regex.IGNORECASE)
RANGE = regex.compile(r"^\s?(?:-|\u2013|\u2014|~|to|bis|à|till|until)\s?[$€£¥]?\d", regex.IGNORECASE)
CHANGE = regex.compile(
    r"\b(?:rose|rises?|risen|rising|increas\w+|fell|falls?|fallen|falling|drop\w*|grew|grows?|grown|up|down|cut|rais\w+|went|goes|"
    r"climb\w*|reduc\w+|lower\w+|mov\w+|chang\w+|revis\w+|correct\w+|jump\w*|slid|shrank|doubl\w+|halv\w+|updat\w+|adjust\w+|shift\w+|"
    r"postpon\w+|delay\w+|brought|went)\b(?:[^.;]|\.\d)*$",
    regex.IGNORECASE,
)
IN_RANGE = regex.compile(
    r"(\b(?:from|by)\s(?:[^.;]|\.\d)*?)?\d[\d.,]*\s?\S{0,12}?\s?(?:-|\u2013|\u2014|~|\bto|\bbis|\bà)\s?[$€£¥]?$",
    regex.IGNORECASE,
)
MARKER = regex.compile(r"(?:(?<=\n)|(?<=^))\d{1,2}(?:\)\s+\w|\.\s+(?:\w+\s?){1,2}$)")
"""Before an item of a list."""
BETWEEN = regex.compile(r"\bbetween\b[^.;]*$", regex.IGNORECASE)


def bounded(text: str, start: int, number_end: int, end: int) -> tuple[bool, bool]:
    """Whether the number from start is said as a bound, and whether as an end of a range; `end`: of its unit."""
    before, behind, unit_behind = text[:start], text[number_end:], text[end:]
    bound = MORE_BEFORE.search(before) or MORE_BEHIND.match(behind) or MORE_BEHIND.match(unit_behind)
    if RANGE.match(behind) or RANGE.match(unit_behind) or BETWEEN.search(before):
        return bool(bound), True
    from_to = IN_RANGE.search(before)
    return bool(bound), bool(from_to and not (from_to[1] and CHANGE.search(before)))
