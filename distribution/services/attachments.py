"""Photos and documents that are given with an appeal, a delivery or an inspection."""

from __future__ import annotations

from distribution.domain.errors import StateError
from distribution.domain.principal import Principal
from distribution.services.audit import record
from distribution.store.tables import Attachment
from distribution.store.unit_of_work import Transaction

#: Files of one subject, and bytes of one of them.
MOST_FILES, MOST_FILE_BYTES = 5, 5_000_000
#: What files begin with -> their media type; nothing else is taken.
_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"%PDF-", "application/pdf"))


def attach(tx: Transaction, asker: Principal, subject: str, name: str, content: bytes) -> Attachment:
    """Keep a photo or a document with something that the asker may add to.

    Raises
    ------
    StateError
        ``evidence_kind`` if it is no JPEG, PNG or PDF; ``evidence_too_many``.
    """
    kind = next((media for magic, media in _MAGIC if content.startswith(magic)), None)
    if kind is None:
        raise StateError("evidence_kind", name=name)
    if len(tx.attachments.list(subject)) >= MOST_FILES:
        raise StateError("evidence_too_many", most=MOST_FILES)
    file = tx.attachments.add(subject, name, kind, content, added_by=asker.actor)
    record(tx, asker, "file_added", subject, {"sha256": file.sha256, "name": name})
    return file
