"""Documents of a feed in a file of JSON lines, for whoever wants them without Kafka."""

from collections.abc import Iterable
from pathlib import Path

from shared.messages import Message
from shared.topology import AnyTopic


class DocumentsFile:
    """Implements Publishes over a file that takes the place of an older one once the feed was read."""

    def __init__(self, file: Path) -> None:
        """Raises ValueError where something else than a file of its own would be replaced."""
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise ValueError(f"{file} is no plain file: name another one for the documents")
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file, self._making = file, file.with_name(f".{file.name}.making")
        self._making.write_text("", encoding="utf-8")

    def publish(self, topic: AnyTopic, messages: Iterable[Message]) -> int:  # noqa: ARG002  (there is one file)
        lines = [f"{message.model_dump_json(exclude_defaults=True)}\n" for message in messages]
        with self._making.open("a", encoding="utf-8") as stream:
            stream.writelines(lines)
        return len(lines)

    def finish(self) -> None:
        """Let the file be what was read; an older one stays where nothing was."""
        if self._making.stat().st_size or not self._file.exists():
            self._making.replace(self._file)
        else:
            self._making.unlink()
