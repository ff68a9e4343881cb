"""What a copy leaves out so that some dossiers are in it nowhere: pure but for what it notes of what it saw.

Their events, notices and answers go whole. In the audit log the reading stays and the code does not: its blocks are chained anew from
there on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import msgspec

from dunghen.cli.backup.files import TopicRecord
from dunghen.cli.data_folder import CommandError
from dunghen.contracts.audit import BLOCKS, HEADS, AuditEntry, Fault, Place, Verification, chained_anew
from dunghen.contracts.stores import ACCESS, ALERTS, API
from dunghen.contracts.topics import DOSSIER_EVENTS, NOTICE_ACTIONS, NOTICES, POLICIES
from dunghen.platform.store import Document

OF_DOSSIERS = (DOSSIER_EVENTS, NOTICES, NOTICE_ACTIONS)
DOCUMENTS_OF_DOSSIERS = ((API, "notices"), (API, "answers"), (ALERTS, "notices"))
ERASED = "erased"  # stands for a code in the audit log


@dataclass
class Without:
    """The copy without these codes. `left_out`: how many records or documents went, by place; `still`: where a code stands in a text.

    `before`, `after`: the head of the audit log as it was and as it is in the copy.
    """

    codes: frozenset[str]
    left_out: Counter[str] = field(default_factory=Counter)
    still: Counter[str] = field(default_factory=Counter)
    before: Place = field(default_factory=Place)
    after: Place = field(default_factory=Place)
    _walk: Verification = field(default_factory=Verification)

    def record(self, topic: str, record: TopicRecord) -> TopicRecord | None:
        """As it is copied; None: it is not. The record of a policy without the silences of these dossiers."""
        if topic in OF_DOSSIERS and self._names(record):
            self.left_out[topic] += 1
            return None
        if topic == POLICIES and record.value and self._in(record.value):
            record = self._without_silences(record)
        if record.value and self._in(record.value):
            self.still[topic] += 1
        return record

    def document(self, place: tuple[str, str], document: Document) -> Document | None:
        """The same of a store's document. Raises CommandError where the audit log is not whole: chaining it anew would hide that."""
        name = "/".join(place)
        if place == (ACCESS, HEADS):  # comes before the blocks
            self._walk.head = Place(document.body["seq"], document.body["hash"])
        if place == (ACCESS, BLOCKS):
            return self._block(name, document)
        if place in DOCUMENTS_OF_DOSSIERS and document.body.get("dossier") in self.codes:
            self.left_out[name] += 1
            return None
        if self._in(msgspec.json.encode(document.body)):
            self.still[name] += 1
        return document

    def ended(self) -> None:
        """Called when all is copied. Raises CommandError where the audit log ends before its own head."""
        _whole(self._walk.end())

    def _names(self, record: TopicRecord) -> bool:
        """By its key, or in its value as a whole word of JSON: an event under a wrong key."""
        key, value = record.key or b"", record.value or b""
        return any(key == code.encode() or msgspec.json.encode(code) in value for code in self.codes)

    def _in(self, text: bytes) -> bool:
        return any(code.encode() in text for code in self.codes)

    def _without_silences(self, record: TopicRecord) -> TopicRecord:
        policy = json.loads(record.value or b"{}")
        silences = policy.get("body", {}).get("silences", [])
        kept = [one for one in silences if one.get("dossier") not in self.codes]
        if len(kept) == len(silences):
            return record
        self.left_out[POLICIES] += len(silences) - len(kept)
        policy["body"]["silences"] = kept
        return msgspec.structs.replace(record, value=json.dumps(policy, ensure_ascii=False, separators=(",", ":")).encode())

    def _block(self, name: str, document: Document) -> Document:
        _whole(self._walk.take(document.id, document.body))
        self.before = self._walk.place
        self.after, body = chained_anew(self.after, document.body, lambda entry: self._entry(name, entry))
        return replace(document, body=body)

    def _entry(self, name: str, entry: AuditEntry) -> AuditEntry:
        if self.codes.isdisjoint(entry.dossiers):
            return entry
        self.left_out[name] += 1
        return msgspec.structs.replace(entry, dossiers=tuple(ERASED if code in self.codes else code for code in entry.dossiers))


def _whole(faults: Iterator[Fault]) -> None:
    for fault in faults:
        raise CommandError(f"nothing was erased: block {fault.seq} of the audit log {fault.what} (`dunghen audit verify`)")
