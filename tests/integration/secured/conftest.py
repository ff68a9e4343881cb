"""One broker with TLS, users and rights for each module here; the redis of all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from secured_world import SecuredKafka


@pytest.fixture(scope="module")
def secured_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """A real Kafka that nobody may use without a certificate's proof, a password and a right. No right is given yet."""
    kafka = SecuredKafka.start(tmp_path_factory.mktemp("secured-kafka"))
    yield kafka
    kafka.server.stop()
