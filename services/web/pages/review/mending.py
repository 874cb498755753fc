"""What a reviewer's form says of a question to be mended."""

from collections.abc import Mapping

from services.web.pages.faults import FieldError
from shared.messages import Reviewed, ReviewItem


def mended(item: ReviewItem, fields: Mapping[str, str]) -> tuple[str | None, tuple[str, ...] | None]:
    """The new text and the new accepted answers; None for what stays. FieldError where all would stay as it is."""
    text = fields.get("text", "")
    if not text:
        raise FieldError("text", "a question needs words: write its new text, or drop it")
    references = each_line(fields.get("references", ""))
    new = (None if text == item.question.strip() else text, None if references == _stripped(item) else references)
    if new == (None, None):
        raise FieldError(
            "text", "nothing is mended: write another text or other accepted answers, or accept the question"
        )
    return new


def standing(item: ReviewItem, own: Reviewed | None) -> dict[str, str]:
    """The fields of the form as the reviewer has mended the question, else as it was made."""
    text = item.question if own is None or own.text is None else own.text
    references = item.accepted if own is None or own.references is None else own.references
    return {"text": text, "references": "\n".join(references)}


def each_line(text: str) -> tuple[str, ...]:
    """What stands on each line that is not blank."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _stripped(item: ReviewItem) -> tuple[str, ...]:
    """As a form gives accepted answers back that nobody has changed."""
    return each_line("\n".join(item.accepted))
