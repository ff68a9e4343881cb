"""What was published then and does not stand any more."""

from __future__ import annotations

import pytest

from dunghen.domain.publications import Publications, SetYear, Withdrawal, withdrawals

OF = SetYear("RANKED", "2025")
OTHER = SetYear("OTHER", "2025")


def stood(*since: int) -> Publications:
    """`OF` published at this instant; another always."""
    return Publications({OTHER: 5} | ({OF: since[0]} if since else {}))


@pytest.mark.parametrize(
    ("later", "wanted"),
    [
        ([], []),
        ([(20, stood(10))], []),
        ([(20, stood(10)), (30, stood())], [Withdrawal(OF, 10, 30, 0)]),
        ([(30, stood()), (40, stood())], [Withdrawal(OF, 10, 30, 0)]),
        ([(30, stood()), (50, stood(49))], [Withdrawal(OF, 10, 30, 49)]),
        ([(30, stood()), (50, stood(49)), (60, stood()), (70, stood(69))], [Withdrawal(OF, 10, 30, 69)]),
    ],
)
def test_a_publication_that_was_withdrawn_says_since_when_and_whether_the_year_is_public_anew(
    later: list[tuple[int, Publications]], wanted: list[Withdrawal]
) -> None:
    assert withdrawals(stood(10), later, later[-1][1] if later else stood(10)) == wanted


def test_what_was_published_after_it_is_not_named() -> None:
    assert withdrawals(stood(), [(20, stood(20)), (30, stood())], stood()) == []
