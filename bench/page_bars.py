"""`python -m bench.page_bars`: what each page must do and whether it does, as one table in Markdown.

Runs the tests that hold a bar, those of a browser and of the real services among them, and then `bench.pages` for what
is measured. `--minutes`: how long its streams are open; an hour is what the bar of memory speaks of. Takes about ten
minutes beside that.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest

from bench import pages

UNIT = "tests/unit/test_web_"


@dataclass(frozen=True)
class Bar:
    """What a page must do. `tests`: those that say it, as file::name; `figure`: of `bench.pages`, at most `most`."""

    page: str
    must: str
    tests: tuple[str, ...] = ()
    figure: tuple[str, ...] = ()
    most: float = 0.0


BARS = (
    Bar("Ask", "an answer is shown within 150 ms of its record's append (p95, ms)", (), ("delays_ms", "p95"), 150.0),
    Bar("Ask", "a question is answered on its page, by the real services",
        ("tests/e2e/test_web.py::test_a_question_of_a_page_is_answered_on_it",)),
    Bar("Evidence", "no citation of 500 answers leads nowhere",
        (f"{UNIT}evidence.py::test_no_citation_of_five_hundred_answers_leads_nowhere",)),
    Bar("Evidence", "words of a revised or retracted document never stand without their mark", (
        f"{UNIT}evidence.py::test_a_document_that_was_corrected_since_never_shows_its_old_words_without_the_mark",
        f"{UNIT}evidence.py::test_a_document_that_was_taken_back_since_is_marked",
    )),
    Bar("Compare", "an address repeats any view", (
        f"{UNIT}compare.py::test_every_link_repeats_the_view_but_for_what_it_changes",
        f"{UNIT}compare.py::test_an_address_shows_the_same_questions_when_newer_ones_have_come",
    )),
    Bar("Vote", "no byte tells whose the answers are before the vote", (
        f"{UNIT}voting.py::test_no_byte_before_the_vote_tells_whose_the_answers_are",
        f"{UNIT}voting.py::test_pages_differ_in_nothing_but_the_mark_where_only_the_arms_do",
        "tests/e2e/test_web_browser.py::test_a_vote_of_a_page_is_counted",
    )),
    Bar("Review", "everything that a reviewer does is a record on a topic", (
        f"{UNIT}reviewing.py::test_a_verdict_is_a_record_with_who_said_it_and_leads_to_the_next_item",
        f"{UNIT}reviewing.py::test_undoing_is_a_record_too_and_the_item_is_unread_again",
        f"{UNIT}reviewing.py::test_after_a_start_the_page_knows_again_what_the_topics_say",
    )),
    Bar("Standings", "a result is in them within 2 s (p95, ms)", (), ("standings_ms", "p95"), 2_000.0),
    Bar("Standings", "a vote is in them within 2 s (p95, ms)", (), ("votes_ms", "p95"), 2_000.0),
    Bar("Freshness", "times are the topics' own", (
        f"{UNIT}lags.py::test_documents_wait_with_the_topics_own_times_the_oldest_first",
        "tests/e2e/test_web_browser.py::test_news_that_is_published_on_a_page_is_answered_on_it",
    )),
    Bar("Trace", "two clicks lead to it from any answer",
        (f"{UNIT}trace.py::test_two_clicks_lead_from_an_answer_to_its_trace",)),
    Bar("Dead letters", "the audit balances after 1,000 were sent again", (
        "tests/pipeline/test_sent_again.py::test_the_audit_balances_after_a_thousand_documents_were_sent_again",
        "tests/e2e/test_web.py::test_a_refused_document_is_sent_again_from_a_page",
    )),
    Bar("Adapters", "a promotion is on the topic with who and when",
        (f"{UNIT}adapters.py::test_a_confirmed_promotion_is_announced_and_written_down",)),
    Bar("Contest", "an announcement is on the topic with who and when", (
        f"{UNIT}contest.py::test_a_check_announces_nothing_and_its_confirmation_does",
        f"{UNIT}contest.py::test_the_ones_before_are_listed_with_whoever_announced_them",
    )),
    Bar("Reports", "those that are kept are listed, and one is made now", (
        f"{UNIT}reports.py::test_the_newest_come_first_with_what_they_found",
        f"{UNIT}reports.py::test_a_report_is_made_of_the_results_in_memory",
    )),
    Bar("all", "axe finds nothing and nothing is cut off, at three widths, in both modes, empty and full",
        ("tests/browser/test_looks.py::test_no_page_has_a_fault_at_any_width",)),
    Bar("all", "a broker that is away is told, and pages come back by themselves",
        ("tests/browser/test_ways.py::test_a_broker_that_is_away_is_told_and_the_page_comes_back_by_itself",)),
    Bar("all", "a restart loses nothing", ("tests/e2e/test_web.py::test_pages_come_back_with_what_the_topics_hold",)),
    Bar("all", "none of 50 streams is refused", (), ("open", "refused"), 0.0),
    Bar("all", "at most 5 of them are just between two questions (median)", (), ("open", "not_open"), 5.0),
    Bar("all", "memory grows by at most 5 % an hour with 50 open streams", (), ("open", "growth"), 0.05),
)  # fmt: skip
"""A bar of a figure that was not measured stands as that."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all of it and print the table; ends with 1 where something was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0.0, help="that 50 streams are open for the measure of memory")
    parser.add_argument("--warm", type=float, default=5.0, help="that they are open before")
    options = parser.parse_args(arguments)
    outcomes = tried([name for bar in BARS for name in bar.tests])
    figures = pages.measure(options.minutes, options.warm)
    sys.stderr.write(f"{json.dumps(figures)}\n")
    rows = [row(bar, outcomes, figures) for bar in BARS]
    sys.stdout.writelines(f"{line}\n" for line in ("| page | must | found | |", "|---|---|---|---|", *rows))
    sys.exit(any(line.endswith("missed |") for line in rows))


class Outcomes:
    """What pytest reports: file::name -> passed, failed or skipped, the worst over its parameters and its parts."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seen.append((report.nodeid.partition("[")[0], report.outcome))


def tried(names: Sequence[str]) -> dict[str, str]:
    """The outcome of each test; a test that could not be found has none."""
    outcomes = Outcomes()
    with redirect_stdout(sys.stderr):
        pytest.main(["-q", *names], plugins=[outcomes])
    return worst(outcomes.seen)


def worst(outcomes: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Of all outcomes under the same name."""
    order = ("passed", "skipped", "failed")
    return {name: max((of for known, of in outcomes if known == name), key=order.index) for name, _ in outcomes}


def row(bar: Bar, outcomes: Mapping[str, str], figures: Mapping[str, Any]) -> str:
    """A line of the table."""
    if bar.tests:
        found = max((outcomes.get(name, "failed") for name in bar.tests), key=("passed", "skipped", "failed").index)
        said = {"passed": "reached", "skipped": "not tried", "failed": "missed"}[found]
        return f"| {bar.page} | {bar.must} | {len(bar.tests)} tests {found} | {said} |"
    value: Any = figures
    for name in bar.figure:
        value = value.get(name) if value is not None else None
    if value is None:
        return f"| {bar.page} | {bar.must} | | not measured |"
    return f"| {bar.page} | {bar.must} | {value:g} | {'reached' if value <= bar.most else 'missed'} |"


if __name__ == "__main__":
    main()
