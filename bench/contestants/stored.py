"""Documents of invented news as the store gives them."""

from hashlib import sha256

from bench import quarters
from shared.messages import DocumentPublished
from shared.stored import StoredDocument


def stored(document: DocumentPublished, revision: int = 1) -> StoredDocument:
    """With the hash of its content, by which a training tells what is new; a retraction as retracted."""
    as_published = quarters.stored_document(document)
    content = f"{document.title}\n{document.text}"
    changes = {
        "revision": revision,
        "retracted": document.op == "retract",
        "content_hash": sha256(content.encode()).hexdigest(),
    }
    return StoredDocument(as_published.revision.model_copy(update=changes), as_published.text)
