"""A port that was given out is nobody else's until its server listens on it."""

from __future__ import annotations

import socket

import pytest

from dunghen.platform.local.servers import HOST, free_port


def test_a_port_given_out_is_left_to_whoever_names_it() -> None:
    port = free_port()
    with socket.socket() as careless, pytest.raises(OSError, match="in use"):
        careless.bind((HOST, port))  # as the system looks whether it may give it to somebody who asks for any
    with socket.create_server((HOST, port)) as server:
        assert server.getsockname() == (HOST, port)
