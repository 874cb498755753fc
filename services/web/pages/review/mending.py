"""What a reviewer's form says of a question to be mended."""

from collections.abc import Mapping

from shared.messages import ReviewItem


def mended(item: ReviewItem, fields: Mapping[str, str]) -> tuple[str | None, tuple[str, ...] | None]:
    """The new text and the new accepted answers; None for what stays. ValueError where all would stay as it is."""
    text = fields.get("text", "")
    if not text:
        raise ValueError("a question needs words: write its new text, or drop it")
    references = each_line(fields.get("references", ""))
    new = (None if text == item.question.strip() else text, None if references == _stripped(item) else references)
    if new == (None, None):
        raise ValueError("nothing is mended: write another text or other accepted answers, or accept the question")
    return new


def each_line(text: str) -> tuple[str, ...]:
    """What stands on each line that is not blank."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _stripped(item: ReviewItem) -> tuple[str, ...]:
    """As a form gives accepted answers back that nobody has changed."""
    return each_line("\n".join(item.accepted))
