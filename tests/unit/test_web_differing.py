"""Words that differ between two texts: what is marked, and that no text costs more than its bound."""

import random
from time import perf_counter

from services.web.pages.compare.differing import MOST_STEPS, Budget, pieces

PLENTY = 10**9
WORDS = ("the", "ferry", "is", "back", ",", "no", "?")


def marked(first: str, second: str) -> list[tuple[str, str]]:
    found = pieces(first, second, Budget(PLENTY))
    assert found is not None
    return [(piece.kind, piece.text.strip()) for piece in found]


def test_words_of_one_text_alone_are_marked() -> None:
    assert marked("The ferry takes 48 minutes.", "The ferry takes 52 minutes today.") == [
        ("same", "The ferry takes"), ("gone", "48"), ("added", "52"), ("same", "minutes"), ("added", "today"),
        ("same", "."),
    ]  # fmt: skip


def test_case_and_space_are_no_difference() -> None:
    assert marked("Edith  Marr", "edith marr") == [("same", "edith marr")]


def test_nothing_in_common_is_all_gone_and_all_added() -> None:
    assert marked("yes", "no") == [("gone", "yes"), ("added", "no")]
    assert marked("", "") == []
    assert marked("", "no") == [("added", "no")]


def test_the_second_text_and_the_first_can_be_read_from_the_pieces() -> None:
    draw = random.Random(5)  # noqa: S311  (texts for a test)
    for _ in range(200):
        first, second = (" ".join(draw.choices(WORDS, k=draw.randrange(12))) for _ in range(2))
        found = marked(first, second)
        for text, without in ((first, "added"), (second, "gone")):
            assert " ".join(said for kind, said in found if kind != without).split() == text.split()


def test_texts_that_would_cost_too_much_are_not_marked() -> None:
    long = "a b " * MOST_STEPS
    started = perf_counter()
    assert pieces(f"x {long}", f"{long} y", Budget(PLENTY)) is None
    assert perf_counter() - started < 2, "linear in the length"


def test_all_texts_of_a_page_share_one_budget() -> None:
    budget = Budget(10)
    assert pieces("one two", "two three", budget) is not None
    assert budget.steps < 10
    assert pieces("one two", "two three", budget) is not None
    assert pieces("one two", "two three", budget) is None
