"""What the measurements of scale stand on."""

import time
from typing import Any

import numpy as np
import pytest

from bench.cluster import __main__ as cluster
from bench.cluster import remote_encoder, scale
from shared.encoders import openai
from shared.settings import EncoderSettings

TEXTS = ["one", "two", "three"]


def test_the_stand_in_for_a_remote_encoder_speaks_its_protocol_and_takes_its_time() -> None:
    with remote_encoder.serving(8, 0.02) as remote:
        encoder = openai.build(EncoderSettings(variant="openai", url=remote.url, model="remote", dimensions=8))
        began = time.monotonic()
        vectors = encoder.encode(TEXTS)

    assert time.monotonic() - began >= 0.02 * len(TEXTS)
    assert vectors.shape == (3, 8)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("measured", "missed"),
    [
        ({"times_the_first": {"1": 1.0, "2": 1.69}}, True),
        ({"times_the_first": {"1": 1.0, "2": 1.7}}, False),
        ({"audit_s": 3}, False),
    ],
)
def test_the_bar_is_missed_where_two_processes_are_too_slow(measured: dict[str, Any], missed: bool) -> None:
    assert scale.missed(measured) is missed


def test_scale_is_a_part_of_the_measurements_on_clusters() -> None:
    assert "scale" in cluster.parts()
