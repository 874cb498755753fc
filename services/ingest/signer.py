"""Signatures of texts: MinHash over shingles of words (Broder 1997), cut into bands.

Documents that share a band are candidates (locality-sensitive hashing: Leskovec, Rajaraman and Ullman, Mining of
Massive Datasets, chapter 3). How many bands of how many values fit a threshold is datasketch's to say.
"""

import unicodedata
from collections.abc import Sequence
from hashlib import blake2b
from zlib import crc32

import regex  # its \w holds combining marks
from datasketch import MinHash, MinHashLSH

from services.ingest.settings import IngestSettings
from shared.signature import Signature, Values

PERMUTATIONS = 128
BANDED = 64  # of the permutations: 9 bands at the default threshold, so that storing them stays cheap
WEIGHTS = (0.1, 0.9)  # a reprint missed is worse than a candidate looked at in vain
PORTION = 4_096  # shingles at once: 2 MB
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # scripts without spaces
_WORD = regex.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])\w)+")


class Signer:
    """Makes signatures. Bands of other settings never match, so that only what is comparable is compared."""

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self._empty = MinHash(PERMUTATIONS, hashfunc=crc32, scheme="affine32")  # it mixes the hashes itself
        cut = MinHashLSH(settings.near_duplicate_threshold, BANDED, weights=WEIGHTS)
        self._cuts = [slice(start, start + cut.r) for start in range(0, cut.b * cut.r, cut.r)]
        self._kind = f"{settings.near_duplicate_shingle}:{cut.b}:{cut.r}"

    def __call__(self, text: str) -> Signature | None:
        """None where the text is too short to tell."""
        words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
        return self._sign(words) if len(words) >= self._settings.near_duplicate_words else None

    def _sign(self, words: Sequence[str]) -> Signature:
        size = self._settings.near_duplicate_shingle
        shingles = list({" ".join(words[start : start + size]) for start in range(len(words) - size + 1)})
        sketch = self._empty.copy()
        for start in range(0, len(shingles), PORTION):
            sketch.update_batch(shingle.encode() for shingle in shingles[start : start + PORTION])
        values: Values = sketch.hashvalues
        return Signature(values, tuple(self._band(number, values) for number in range(len(self._cuts))))

    def _band(self, number: int, values: Values) -> bytes:
        head = f"{self._kind}:{number}:".encode()
        return blake2b(head + values[self._cuts[number]].astype("<u4").tobytes(), digest_size=12).digest()
