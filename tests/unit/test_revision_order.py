"""Order of revisions: what an older date, or a text that stood before, may do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.console.live import forecast
from shared import order
from shared.messages import DocumentPublished
from tests.builders import NOON, a_document, a_record
from tests.unit.test_ingest import Stores, fates, take

HOUR = timedelta(hours=1)
ORIGINAL = a_document(published_at=NOON - 5 * HOUR)
CORRECTION = a_document(published_at=NOON - 2 * HOUR, text="It stays where it was.")
RETRACTION = DocumentPublished(document_id="story-1", op="retract")


def sent(*documents: DocumentPublished, stores: Stores | None = None, first: int = 0) -> list[tuple[str, int, str]]:
    """What becomes of documents that come one after the other, each in a batch of its own."""
    stores = stores or Stores()
    return [fates(take(stores, a_record(message, offset=first + place)))[0] for place, message in enumerate(documents)]


def changed(message: DocumentPublished, **changes: Any) -> DocumentPublished:
    return message.model_copy(update=changes)


def test_the_original_sent_again_does_not_undo_its_correction() -> None:
    *_, (fate, number, reason) = sent(ORIGINAL, CORRECTION, ORIGINAL)

    assert (fate, number) == ("dropped", 2)
    assert reason == (
        "older than revision 2 of 2025-03-03T10:00:00+00:00; to replace that, give it a later first_seen_at"
    )


def test_the_original_sent_again_does_not_revive_a_retracted_story() -> None:
    *_, (fate, number, reason) = sent(ORIGINAL, RETRACTION, ORIGINAL)

    assert (fate, number) == ("dropped", 2)
    assert reason.startswith("as it stood before retraction 2")


@pytest.mark.parametrize("change", [RETRACTION, changed(CORRECTION, published_at=None)])
def test_a_story_of_tomorrow_does_not_come_back_because_of_its_date(change: DocumentPublished) -> None:
    tomorrow = changed(ORIGINAL, published_at=NOON + 18 * HOUR)

    assert [fate for fate, _, _ in sent(tomorrow, change, tomorrow)] == ["revision", "revision", "dropped"]
    assert sent(tomorrow, change, changed(tomorrow, first_seen_at=NOON + HOUR))[-1] == ("revision", 3, "")


@pytest.mark.parametrize("year", [1, 9999])
def test_a_retraction_of_an_impossible_time_holds(year: int) -> None:
    undated = changed(RETRACTION, published_at=datetime(year, 1, 2, tzinfo=UTC))
    *_, (fate, _, _), (again, _, reason) = sent(ORIGINAL, undated, ORIGINAL)

    assert (fate, again, reason[:24]) == ("revision", "dropped", "as it stood before retra")


def test_a_correction_that_keeps_the_date_is_not_undone_by_the_original() -> None:
    *_, (fate, _, reason) = sent(ORIGINAL, changed(CORRECTION, published_at=ORIGINAL.published_at), ORIGINAL)

    assert (fate, reason[:26]) == ("dropped", "as it stood before revisio")


def test_without_any_date_a_text_that_stood_before_does_not_come_back() -> None:
    undated = [changed(message, published_at=None) for message in (ORIGINAL, CORRECTION, ORIGINAL)]

    assert [fate for fate, _, _ in sent(*undated)] == ["revision", "revision", "dropped"]


def test_within_one_batch_it_is_the_same() -> None:
    undated = [changed(message, published_at=None) for message in (ORIGINAL, CORRECTION, ORIGINAL)]
    outcomes = take(Stores(), *(a_record(message, offset=place) for place, message in enumerate(undated)))

    assert [fate for fate, _, _ in fates(outcomes)] == ["revision", "revision", "dropped"]


def test_an_older_state_that_comes_late_for_the_first_time_replaces_nothing() -> None:
    assert [fate for fate, _, _ in sent(CORRECTION, ORIGINAL)] == ["revision", "dropped"]


def test_a_text_comes_back_where_it_says_that_it_is_newer() -> None:
    again = changed(ORIGINAL, first_seen_at=NOON)

    assert sent(ORIGINAL, CORRECTION, again)[-1] == ("revision", 3, "")
    assert sent(ORIGINAL, RETRACTION, again)[-1] == ("revision", 3, "")


def test_a_new_text_of_the_same_date_is_a_correction() -> None:
    assert sent(ORIGINAL, changed(ORIGINAL, text="Another."))[-1] == ("revision", 2, "")


def test_a_date_may_be_added_to_what_had_none() -> None:
    assert sent(changed(ORIGINAL, published_at=None), ORIGINAL)[-1] == ("revision", 2, "")


def test_an_amended_story_may_return_after_a_retraction_under_its_old_date() -> None:
    assert sent(ORIGINAL, RETRACTION, changed(ORIGINAL, text="Amended."))[-1] == ("revision", 3, "")


def test_what_was_taken_back_as_of_its_own_time_may_be_published_again_corrections_and_all() -> None:
    same_date = changed(ORIGINAL, text="It stays where it was.")
    story = [ORIGINAL, same_date]
    [retraction] = order.taken_back(story, NOON)
    stores = Stores()

    once = sent(*story, retraction, stores=stores)
    again = sent(*story, retraction, stores=stores, first=3)
    assert [fate for fate, _, _ in [*once, *again]] == ["revision"] * 6


def test_an_undated_story_that_was_taken_back_may_be_published_again_too() -> None:
    story = [changed(message, published_at=None) for message in (ORIGINAL, CORRECTION)]
    [retraction] = order.taken_back(story, NOON)

    assert [fate for fate, _, _ in sent(*story, retraction, *story)] == ["revision"] * 5


def test_publish_can_say_beforehand_what_will_change_nothing_because_of_its_time() -> None:
    stores = Stores()
    sent(CORRECTION, changed(ORIGINAL, document_id="gone"), changed(RETRACTION, document_id="gone"), stores=stores)

    coming = [ORIGINAL, CORRECTION, changed(ORIGINAL, document_id="gone"), changed(ORIGINAL, document_id="new")]
    said = dict(forecast.outdated(coming, stores.documents))
    assert said.keys() == {"story-1", "gone"}
    assert said["story-1"].startswith("older than revision 1 of 2025-03-03T10:00:00")
    assert said["gone"].startswith("retraction 2 of")


def test_a_retraction_is_never_too_old() -> None:
    assert sent(CORRECTION, changed(RETRACTION, published_at=NOON - 9 * HOUR))[-1] == ("revision", 2, "")
