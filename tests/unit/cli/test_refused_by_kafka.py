"""What the operator's command says where Kafka knows the user and refuses, and where `up` is given a user that its broker cannot have."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from dunghen.cli import __main__ as command
from dunghen.cli import prepare
from dunghen.cli.data_folder import CommandError
from dunghen.cli.up import Up, Wishes
from dunghen.platform import logs
from dunghen.platform.kafka_connection import NO_RIGHT
from dunghen.platform.local.servers import free_port


@pytest.mark.parametrize("refused", NO_RIGHT)
def test_a_refusal_is_one_sentence_that_says_where_to_look(refused: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    async def no(*_: object) -> None:
        raise refused("danang-keys")

    monkeypatch.setattr(prepare, "prepare", no)
    monkeypatch.setattr(logs, "configure", lambda *_: None)  # of the whole test run
    monkeypatch.setattr(sys, "argv", ["dunghen", "prepare"])
    with pytest.raises(SystemExit, match=rf"^dunghen: Kafka refused this .*{refused.__name__}.*dunghen kafka-rights show"):
        command.main()


def test_a_user_is_not_for_the_broker_that_up_starts_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SECURITY_PROTOCOL": "SASL_SSL", "USER": "admin", "PASSWORD": "x"}.items():
        monkeypatch.setenv(f"DUNGHEN_KAFKA_{name}", value)
    wishes = Wishes(free_port(), free_port(), tmp_path, "none", None, None, "", "redis://127.0.0.1:1/0", "", 1, 1)
    with pytest.raises(CommandError, match="--kafka HOST:PORT"):
        asyncio.run(Up(wishes, lambda _: None).run())
    assert not (tmp_path / "kafka").exists()
