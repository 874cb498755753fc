"""What `tiltyard standings` says of a live standing."""

from shared.lab import standing_words
from tests.standings import standings
from tests.unit.test_standings import a_result


def test_each_pair_is_called_decided_or_not_and_the_intervals_are_named() -> None:
    results = [a_result(n, base=0.0, tuned=1.0, other=float(n % 50 > 0)) for n in range(150)]
    [standing] = [standing for standing in standings(results, ["base", "tuned", "other"]) if standing.slice == "all"]
    said = list(standing_words.sentences(standing))

    assert said[0].startswith("tuned is better than base on right (tuned minus base: +100.0 points, +")
    assert said[1].startswith("other is better than base on right (other minus base: +98.0 points")
    assert said[2].startswith("Undecided by now between tuned and other on right")
    assert "confidence sequences" in said[3]
    assert len(said) == 4


def test_a_standing_of_an_older_scorer_does_not_pass_as_one_that_may_be_watched() -> None:
    [standing, _] = standings([a_result(0, base=1.0)], ["base"])
    old = {
        metric: estimate.model_copy(update={"interval": "fixed_size"})
        for metric, estimate in standing.arms["base"].items()
    }
    said = list(standing_words.sentences(standing.model_copy(update={"arms": {"base": old}})))

    assert said == [standing_words.KINDS["fixed_size"]]
