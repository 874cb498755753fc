"""Adapters as strangers announce them, through the real check and load: refused with a reason, or they really serve."""

import pytest

from tests.hostile.adapter_attack import AdapterAttack
from tests.hostile.adapters import MUTATIONS


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("kind", "count"), [("beside", 200), ("merged", 60)])
def test_a_folder_of_a_stranger_is_refused_with_a_reason_or_really_serves(kind: str, count: int) -> None:
    figures = AdapterAttack(kind, seed=7)(count)

    assert dict(figures.wrong) == {}
    assert 0 < figures.fates["served"] < count
    assert figures.fates.total() == count
    assert count >= len(MUTATIONS)
