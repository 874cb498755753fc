"""One model in memory that can speak in two ways: bare, and with an adapter on top."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any


class Speakers:
    """A transformers network, wrapped by PEFT from its first adapter on.

    `merges`: the adapter is added to the weights and costs nothing per token, which is for fp32 and for a worker
    whose base never speaks. Otherwise it stays beside them: quantised weights would lose by it, and one base in
    memory is enough for both.
    """

    def __init__(self, network: Any, *, merges: bool) -> None:
        self.network = network
        self._merges = merges
        self._key = ""

    def take(self, folder: Path, weights_sha256: str) -> None:
        """Put a folder's adapter in the place of the one before. Raises ValueError where it does not fit."""
        key, old = f"a{weights_sha256[:16]}", self._key
        try:
            self._switch(folder, key)
        except (RuntimeError, TypeError, KeyError) as error:
            raise ValueError(f"it does not fit: {error}") from error
        if old and old != key:
            self.network.delete_adapter(old)
        self._key = key

    def speaking(self, *, adapted: bool) -> AbstractContextManager[Any]:
        """While this is open the model speaks with its adapter, or without; PEFT takes merged weights out again."""
        return self.network.disable_adapter() if self._key and not adapted else nullcontext()

    def _switch(self, folder: Path, key: str) -> None:
        from peft import PeftModel

        if not isinstance(self.network, PeftModel):
            self.network = PeftModel.from_pretrained(self.network, folder, adapter_name=key).eval()
        if self._merges and self._key:
            self.network.unmerge_adapter()
        try:
            if key not in self.network.peft_config:
                self.network.load_adapter(folder, key)
            self.network.set_adapter(key)
        finally:
            if self._merges:
                self.network.merge_adapter()
