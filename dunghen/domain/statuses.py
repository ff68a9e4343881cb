"""TrangThaiHoSo, the status words of the one-stop systems, and their order within one instant (`domain.md` §2, §4)."""

from __future__ import annotations

(NEW, ACCEPTED, REFUSED, WORKING, SUPPLEMENT, PAYMENT, WITHDRAWN, STOPPED, DONE, RETURNED) = range(1, 11)

PAUSING = frozenset((SUPPLEMENT, PAYMENT))  # the clock stands still
OPEN = frozenset((NEW, ACCEPTED, WORKING, SUPPLEMENT, PAYMENT))  # a sync that says so voids every end before it
SOFT = frozenset((REFUSED, WITHDRAWN, STOPPED))  # ends a dossier only while it is the last word
FINAL = frozenset((DONE, RETURNED))
ACCEPTING = frozenset((ACCEPTED, WORKING, PAYMENT, DONE, RETURNED))  # proof that the dossier was taken in

# Steps of one instant stand in this order: a pause opens before it closes, and an end comes last.
IN_ORDER = (0, NEW, SUPPLEMENT, PAYMENT, ACCEPTED, WORKING, REFUSED, WITHDRAWN, STOPPED, DONE, RETURNED)
PLACE = tuple(IN_ORDER.index(status) for status in range(11))  # status -> its place in that order
STATUS_AT = bytes(IN_ORDER) + bytes(245)  # place -> status, as a table for bytes.translate
