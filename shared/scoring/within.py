"""Whether words that were found are a name of their own, or part of a longer one: Sudan in South Sudan."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from shared.scoring.cues import DAYS, FIRMS, FUNCTION, HEIRS, KIN, QUALIFIERS, TITLES, VENUES
from shared.scoring.tokens import Spoken, Token

SPACELESS = frozenset("\u5357\u5317\u6771\u4e1c\u897f\u65b0\u53e4")
THINGS = (
    "大学", "大學", "银行", "銀行", "队", "隊", "日报", "日報", "新闻", "新聞", "时报", "時報", "站", "駅",
    "机场", "機場", "空港", "大使馆", "大使館", "塔", "电视", "電視", "テレビ", "タワー", "湾", "灣",
    "大桥", "大橋", "大会", "大會", "协会", "協會", "協会",
)  # fmt: skip
"""Behind a place they name something else that is called after it."""


def whole_name(
    answer: Spoken, first: int, last: int, wanted: Sequence[Token], asked: AbstractSet[str]
) -> Literal["whole", "doubtful", ""]:
    """Whether the tokens from first until last are a name of their own; "" where they are part of another."""
    if wanted[0].kind == "sign" or wanted[-1].kind == "sign":
        before = answer.at(first - 1)
        other = before is not None and before.raw in SPACELESS and before.folded not in asked
        rest = answer.text[answer.tokens[last - 1].end :]
        other = other or any(rest.startswith(thing) and not asked & set(thing) for thing in THINGS)
        return "" if other or _in_katakana(answer, first, last) else "whole"
    if _glued(answer, first, last) or _possessor(answer, last, asked) or _kin(answer, first, asked):
        return ""
    behind, before = answer.at(last), answer.at(first - 1)
    if behind is not None and _goes_on(answer, behind, last, wanted, asked):
        return ""
    if before is None or not before.is_word or not before.capital or before.folded in FUNCTION or not wanted[0].capital:
        qualified = before is not None and before.folded in QUALIFIERS and wanted[0].capital
        return "" if qualified and before is not None and before.folded not in asked else "whole"
    if before.folded in QUALIFIERS and before.folded not in asked and not _says_more(wanted):
        return ""
    if before.folded in TITLES or before.folded in asked or first == 1:
        return "whole"
    return "doubtful"


def _says_more(wanted: Sequence[Token]) -> bool:
    return wanted[0].folded in QUALIFIERS


def _in_katakana(answer: Spoken, first: int, last: int) -> bool:
    """Whether a word in katakana goes on: they have no other ends."""

    def katakana(token: Token | None) -> bool:
        return token is not None and "\u30a1" <= token.raw[0] <= "\u30fc"

    return (katakana(answer.at(first - 1)) and katakana(answer.at(first))) or (
        katakana(answer.at(last)) and katakana(answer.at(last - 1))
    )


def _glued(answer: Spoken, first: int, last: int) -> bool:
    """Whether a hyphen or a point joins it to another word: anti-Paris, Holm-Auden, Node.js."""
    text = answer.text
    start, end = answer.tokens[first].start, answer.tokens[last - 1].end
    before = start > 1 and text[start - 1] == "-" and text[start - 2].isalnum()
    behind = end + 1 < len(text) and text[end] == "-" and text[end + 1].isalpha()
    name = end + 1 < len(text) and text[end] == "." and text[end + 1].islower()
    return before or behind or name


def _possessor(answer: Spoken, last: int, asked: AbstractSet[str]) -> bool:
    """Whether something of it is spoken of: Rossi's wife; a question for whose it is wants the possessor."""
    clitic, thing = answer.at(last), answer.at(last + 1)
    if clitic is None or clitic.kind != "clitic" or thing is None or not thing.is_word:
        return False
    return "whose" not in asked and thing.folded not in asked and thing.folded not in FUNCTION


def _kin(answer: Spoken, first: int, asked: AbstractSet[str]) -> bool:
    """The wife of Rossi, the capital of France, near Paris."""
    at = first - 1
    while (token := answer.at(at)) is not None and token.folded in TITLES | {"the", "a"}:
        at -= 1
    of, noun = answer.at(at), answer.at(at - 1)
    if of is not None and of.folded in ("near", "outside") and of.folded not in asked:
        return True
    return (
        of is not None and of.folded in ("of", "to") and noun is not None
        and noun.folded in KIN and noun.folded not in asked
    )  # fmt: skip


def _goes_on(answer: Spoken, behind: Token, last: int, wanted: Sequence[Token], asked: AbstractSet[str]) -> bool:
    """Whether a name goes on behind it: Paris Hilton, John Smith Jr., Windows 11."""
    if behind.folded in HEIRS and behind.folded not in {want.folded for want in wanted}:
        return True
    if behind.raw == "," and (heir := answer.at(last + 1)) and heir.folded in HEIRS - {"senior", "junior"}:
        return True
    if not wanted[-1].capital or not behind.is_word or behind.folded in FIRMS | DAYS | VENUES | asked:
        return False
    shouting = not answer.mixed and answer.words > len(wanted) + 2
    if behind.kind == "word":
        return behind.capital and not shouting
    if behind.kind == "initials":
        return True
    following = answer.at(last + 1)
    return behind.kind == "number" and (following is None or not following.is_word) and len(behind.raw) < 4
