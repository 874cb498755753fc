"""What the tests rely on where one of them tries many cases."""

import pytest

from tests.cases import every_case


def test_every_case_is_tried_and_each_that_fails_is_named_with_its_reason() -> None:
    tried = []

    def try_four() -> None:
        with every_case() as case:
            for number in range(4):
                with case("number", number):
                    tried.append(number)
                    assert number != 1, "one is not wanted"
                    assert 6 / (number - 3) < 0

    with pytest.raises(AssertionError) as failed:
        try_four()

    assert tried == [0, 1, 2, 3]
    lines = str(failed.value).splitlines()
    assert lines[0] == "2 of 4 cases failed:"
    assert "[number, 1] AssertionError: one is not wanted" in lines
    assert "[number, 3] ZeroDivisionError: division by zero" in lines


def test_an_expected_error_that_does_not_come_fails_its_case() -> None:
    def expect_errors() -> None:
        with every_case() as case:
            with case("calm"), pytest.raises(ValueError, match="anything"):
                pass
            with case("loud"), pytest.raises(ValueError, match="anything"):
                raise ValueError("anything")

    with pytest.raises(AssertionError, match=r"1 of 2 cases failed:\n\[calm\] Failed: DID NOT RAISE"):
        expect_errors()


def test_a_loop_over_nothing_fails() -> None:
    with pytest.raises(AssertionError, match="no case to try"), every_case():
        pass


def test_what_breaks_outside_a_case_is_not_swallowed() -> None:
    with pytest.raises(KeyError, match="outside"), every_case():
        raise KeyError("outside")
