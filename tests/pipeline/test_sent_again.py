"""A thousand documents that die of a fault, sent again from the pages once the fault is mended."""

import re

from services.web.signing.people import Person
from shared import topology
from shared.lab import accounting
from tests.builders import a_document
from tests.pipeline.conftest import TAKING, Pipeline
from tests.pipeline.test_pipeline import MemoryAuditSource
from tests.web import Pages, Signed

MANY = 1_000
OPERATOR = Person("olga", voter="web-olga", role="operator")


def test_the_audit_balances_after_a_thousand_documents_were_sent_again(pipeline: Pipeline) -> None:
    pipeline.taking = TAKING.model_copy(update={"max_text_bytes": 10})
    pipeline.restart()
    documents = (a_document(document_id=f"d-{at}", text=f"Ferry {at} sails at {at} past noon.") for at in range(MANY))
    pipeline.broker.publish(topology.DOCUMENTS, *documents)
    pipeline.run()
    pages = Pages(broker=pipeline.broker, signing=Signed(OPERATOR))
    pages.read()
    [group] = pages.site.dead.groups()
    assert group.count == MANY

    pipeline.taking = TAKING
    pipeline.restart()
    browser = pages.browser()
    trial = browser.get(f"/dead/trial?what=group&of={group.name}").text
    assert f"1,000 letters would go to {topology.DOCUMENTS.name}" in trial
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', trial))
    led = browser.post("/dead/send", data=fields)
    pages.site.sending.wait()
    pages.read()
    assert "Done: 1,000 of 1,000 letters sent again" in browser.get(led.headers["location"]).text
    pipeline.run()

    audited = accounting.audit(MemoryAuditSource(pipeline))
    assert audited.balanced
    assert (audited.documents_in, audited.documents_dead, audited.revisions_indexed) == (2 * MANY, MANY, MANY)
    pages.read()
    assert [group.count for group in pages.site.dead.groups()] == [MANY], "none died again"
