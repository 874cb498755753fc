"""Documents of a feed in a file of JSON lines, for whoever wants them without Kafka."""

from collections.abc import Iterable
from pathlib import Path

from shared.messages import Message
from shared.topology import AnyTopic


class DocumentsFile:
    """Implements Publishes over a file that is begun anew; each portion is written before it counts as published."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", encoding="utf-8")
        self._file = file

    def publish(self, topic: AnyTopic, messages: Iterable[Message]) -> int:  # noqa: ARG002  (there is one file)
        lines = [f"{message.model_dump_json(exclude_defaults=True)}\n" for message in messages]
        with self._file.open("a", encoding="utf-8") as stream:
            stream.writelines(lines)
        return len(lines)
