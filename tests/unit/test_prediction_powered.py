"""Few labels and many predictions: the numbers of the authors' package, and what must hold beyond them."""

import numpy as np
import pytest

from shared.statistics.intervals import Interval
from shared.statistics.prediction_powered import Labelled, Powered, powered_mean

# ppi-python 0.2.3: ppi_mean_pointestimate and ppi_mean_ci with alpha 0.05; seed, labels, others, lam -> mean, low, high
PUBLISHED = [
    (1, 200, 1_800, None, 0.5239394444444445, 0.46545830000192434, 0.5824205888869647),
    (1, 200, 1_800, 0.5, 0.5269697222222223, 0.4650443290297273, 0.5888951154147172),
    (1, 200, 1_800, 0.0, 0.53, 0.46082965258743797, 0.5991703474125621),
    (2, 400, 600, None, 0.4839432968492495, 0.440006175940198, 0.5278804177583011),
    (2, 400, 600, 1.0, 0.4861841666666667, 0.4415961389554517, 0.5307721943778817),
    (3, 1_000, 20_000, None, 0.49119714999999997, 0.4651139573485952, 0.5172803426514048),
    (3, 1_000, 20_000, 0.5, 0.489098575, 0.46139786193579047, 0.5167992880642095),
]


def drawn(seed: int, labels: int, others: int) -> tuple[list[Labelled], list[float]]:
    """Right or wrong, and predictions that are shrunk towards one half."""
    rng = np.random.default_rng(seed)
    chances = rng.random(labels + others)
    values = (rng.random(labels + others) < chances).astype(float)
    said = np.round(np.clip(chances * 0.8 + 0.05, 0, 1), 3).tolist()
    return [Labelled(float(values[at]), said[at], at) for at in range(labels)], said


def each(labelled: list[Labelled], said: list[float], tuning: float | None = None) -> Powered:
    return powered_mean(labelled, said, range(len(said)), tuning=tuning)


@pytest.mark.parametrize(("seed", "labels", "others", "lam", "mean", "low", "high"), PUBLISHED)
def test_it_gives_the_numbers_of_the_authors_package(
    seed: int, labels: int, others: int, lam: float | None, mean: float, low: float, high: float
) -> None:
    """Whose predictions are of unlabelled items alone, so that its lam is ours times others / all.

    Limits differ by what Student's t and half an error add, a fiftieth of the width and less with more labels.
    """
    tuning = None if lam is None else lam * (labels + others) / others
    powered = each(*drawn(seed, labels, others), tuning=tuning).interval

    assert powered.mean == pytest.approx(mean, abs=1e-5 if lam is None else 1e-12)
    assert low - 0.03 * (high - low) <= powered.low <= low + 0.001
    assert high - 0.001 <= powered.high <= high + 0.03 * (high - low)


def test_predictions_that_are_worth_something_narrow_the_interval() -> None:
    labelled, said = drawn(1, 100, 4_000)
    powered, alone = each(labelled, said), each(labelled, said, tuning=0.0)

    assert powered.tuning > 0.5
    assert powered.interval.high - powered.interval.low < 0.9 * (alone.interval.high - alone.interval.low)


def test_predictions_that_are_noise_are_left_out_and_harm_nothing() -> None:
    labelled, said = drawn(1, 100, 4_000)
    noise = np.random.default_rng(9).random(len(said)).tolist()
    blind = [Labelled(item.value, noise[at], item.cluster) for at, item in enumerate(labelled)]
    powered, alone = each(blind, noise), each(labelled, said, tuning=0.0)

    assert powered.tuning < 0.2
    assert powered.interval.mean == pytest.approx(alone.interval.mean, abs=0.02)


def test_a_predictor_that_is_always_too_kind_is_corrected() -> None:
    """It says that all are right; half of them are."""
    labelled = [Labelled(float(n % 2), 1.0, n) for n in range(100)]
    powered = each(labelled, [1.0] * 1_000).interval

    assert powered.mean == pytest.approx(0.5)
    assert not powered.excludes(0.5)


def test_labels_drawn_with_unequal_chances_weigh_with_what_they_stand_for() -> None:
    """Nine right ones in ten: 50 labels of each kind, the right ones standing for nine times as many."""
    labelled = [Labelled(1.0, 1.0, n, weight=18.0) for n in range(50)]
    labelled += [Labelled(0.0, 0.0, 900 + n, weight=2.0) for n in range(50)]
    powered = each(labelled, [1.0] * 900 + [0.0] * 100, tuning=0.0).interval

    assert powered.mean == pytest.approx(0.9)


def test_items_of_one_cluster_count_together() -> None:
    labelled, said = drawn(1, 120, 1_080)
    by_ten = [Labelled(float(item.value), item.predicted, at // 10) for at, item in enumerate(labelled)]
    hardness = [Labelled(float((at // 10) % 2), item.predicted, at // 10) for at, item in enumerate(labelled)]
    clusters = [at // 10 for at in range(len(said))]
    spread, alike = (powered_mean(items, said, clusters).interval for items in (by_ten, hardness))

    assert alike.high - alike.low > 2 * (spread.high - spread.low)


def test_labels_that_never_differ_prove_no_certainty() -> None:
    powered = each([Labelled(1.0, 1.0, n) for n in range(20)], [1.0] * 1_000).interval

    assert powered.mean == 1.0
    assert powered.low < 0.95


def test_with_labels_on_fewer_than_six_clusters_nothing_is_said() -> None:
    labelled = [Labelled(float(n % 2), 0.5, n % 5) for n in range(50)]

    assert powered_mean(labelled, [0.5] * 100, [n % 50 for n in range(100)]).interval == Interval(50, None, 0.0, 1.0)


def test_what_is_no_number_and_weights_of_nothing_are_refused() -> None:
    labelled = [Labelled(1.0, 1.0, n) for n in range(10)]
    with pytest.raises(ValueError, match="not finite"):
        each(labelled, [float("nan")] * 100)
    with pytest.raises(ValueError, match="weight above 0"):
        each([*labelled, Labelled(1.0, 1.0, 11, weight=0.0)], [1.0] * 100)
    with pytest.raises(ValueError, match="needs a cluster"):
        powered_mean(labelled, [1.0] * 100, range(99))
