"""A text's MinHash signature, and a taken document with it: what near-duplicates are found by."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.stored import TakenDocument

Values = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Signature:
    """MinHash values, and the keys of the bands they are cut into: texts that share a band may be alike."""

    values: Values
    bands: tuple[bytes, ...]


@dataclass(frozen=True)
class SignedDocument(TakenDocument):
    """A taken document with the signature of its text; None where the text takes no part."""

    signature: Signature | None = None


def jaccard(first: Values, second: Values) -> float:
    """How much of two texts is the same, estimated in [0, 1]: the share of equal MinHash values (Broder 1997)."""
    return float(np.mean(first == second))
