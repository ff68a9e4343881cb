"""Whatever a service keeps in a store is either in every backup or read again from the topics; nobody forgets a new collection."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import services.alerts
import services.api
from dunghen.contracts.stores import ACCESS, ALERTS, API, KEPT, READ_AGAIN, WEBHOOKS
from dunghen.platform.store import Collection


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def declared(package: ModuleType) -> set[str]:
    """Names of the collections that stand, alone or in a tuple, at the top of a package's modules."""
    values = [value for module in modules(package) for value in vars(module).values()]
    each = [one for value in values for one in (value if isinstance(value, tuple | list) else (value,))]
    return {one.name for one in each if isinstance(one, Collection)}


@pytest.mark.parametrize(("package", "stores"), [(services.api, (ACCESS, WEBHOOKS, API)), (services.alerts, (ALERTS,))])
def test_each_collection_is_in_the_backup_or_read_again(package: ModuleType, stores: tuple[str, ...]) -> None:
    known = {kept.name for store in stores for kept in KEPT[store]} | {name for store in stores for name in READ_AGAIN.get(store, ())}
    assert declared(package) == known


def test_what_is_read_again_is_in_no_backup() -> None:
    for store, names in READ_AGAIN.items():
        assert not {kept.name for kept in KEPT[store]} & set(names)
