"""`platform` leans on private parts of three pinned libraries: a version that reads otherwise must be looked at before it is used.

To renew after a look: run this file as a program and put its output in place of PINS.
"""

from __future__ import annotations

import hashlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.consumer.fetcher import Fetcher, FetchResult, PartitionRecords
from aiokafka.producer.sender import Sender
from faust.app.base import App
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer
from faust.transport.drivers import aiokafka as driver
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from dunghen.platform import kafka_clients, kafka_connection

FULL = inspect.signature(kafka_clients._consumer_record).parameters["full"].default  # what it stands in front of
CONNECT = inspect.signature(kafka_connection._connect).parameters["full"].default
CLOSE = inspect.signature(kafka_connection._close).parameters["full"].default
GETALL = inspect.signature(kafka_clients._getall).parameters["full"].default
LEANED_ON = (
    Consumer.getmany, Consumer._wait_next_records, Consumer._drain_messages, Consumer._new_offset, Consumer._add_gap, Consumer.ack,
    Consumer.perform_seek, Consumer.seek, Consumer.on_partitions_revoked, Consumer._commit_offsets, Consumer._filter_committable_offsets,
    driver.Consumer._new_consumer_thread, driver.Consumer._to_message, driver.AIOKafkaConsumerThread._create_worker_consumer,
    driver.AIOKafkaConsumerThread._fetch_records, App._on_partitions_revoked, App._on_partitions_assigned, Recovery._resume_streams,
    PartitionRecords._unpack_records, PartitionRecords.__next__, FULL, GETALL, FetchResult.check_assignment, FetchResult._update_position,
    Fetcher.fetched_records, AIOKafkaConsumer.start, AIOKafkaProducer.send_batch, Sender.start, CLOSE, CONNECT,
    HttpToolsProtocol.on_headers_complete, HttpToolsProtocol.connection_lost, HttpToolsProtocol.shutdown,
    HttpToolsProtocol.connection_made, HttpToolsProtocol.data_received, HttpToolsProtocol.on_message_begin,
    HttpToolsProtocol.on_response_complete, RequestResponseCycle.run_asgi,
)  # fmt: skip
PINS = {
    "faust.transport.consumer.Consumer.getmany": "4b168d84882a",
    "faust.transport.consumer.Consumer._wait_next_records": "6218e1969a63",
    "faust.transport.consumer.Consumer._drain_messages": "44a2500309e8",
    "faust.transport.consumer.Consumer._new_offset": "1d2c7ea89a7a",
    "faust.transport.consumer.Consumer._add_gap": "4df2573ded7c",
    "faust.transport.consumer.Consumer.ack": "5fcf41cf4515",
    "faust.transport.consumer.Consumer.perform_seek": "0e8c130ff4b0",
    "faust.transport.consumer.Consumer.seek": "b86a9fe05f95",
    "faust.transport.consumer.Consumer.on_partitions_revoked": "d04b7ae72c6f",
    "faust.transport.consumer.Consumer._commit_offsets": "1a6979904118",
    "faust.transport.consumer.Consumer._filter_committable_offsets": "dc5e9baf5d99",
    "faust.transport.drivers.aiokafka.Consumer._new_consumer_thread": "0870ec53dea7",
    "faust.transport.drivers.aiokafka.Consumer._to_message": "7c24f6511b2f",
    "faust.transport.drivers.aiokafka.AIOKafkaConsumerThread._create_worker_consumer": "c2701bfc3e6f",
    "faust.transport.drivers.aiokafka.AIOKafkaConsumerThread._fetch_records": "39a2c6c79fc1",
    "faust.app.base.App._on_partitions_revoked": "d5c895bbe57d",
    "faust.app.base.App._on_partitions_assigned": "de932b7927db",
    "faust.tables.recovery.Recovery._resume_streams": "d986a6710c1a",
    "aiokafka.consumer.fetcher.PartitionRecords._unpack_records": "b803e6d46480",
    "aiokafka.consumer.fetcher.PartitionRecords.__next__": "63ac34a08c30",
    "aiokafka.consumer.fetcher.PartitionRecords._consumer_record": "e668541600b0",
    "aiokafka.consumer.fetcher.FetchResult.getall": "3e717e30de50",
    "aiokafka.consumer.fetcher.FetchResult.check_assignment": "b5340df67e3f",
    "aiokafka.consumer.fetcher.FetchResult._update_position": "83fb1473bf10",
    "aiokafka.consumer.fetcher.Fetcher.fetched_records": "be4348896b9b",
    "aiokafka.consumer.consumer.AIOKafkaConsumer.start": "2f1ba7044332",
    "aiokafka.producer.producer.AIOKafkaProducer.send_batch": "bf42b0f0c5c0",
    "aiokafka.producer.sender.Sender.start": "ef0a0cbbf1f6",
    "aiokafka.conn.AIOKafkaConnection.close": "28f164aa1e4f",
    "aiokafka.conn.AIOKafkaConnection.connect": "b0f9ba7f0cf6",
    "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol.on_headers_complete": "1ea8589acfad",
    "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol.connection_lost": "c91a4c9bf2e2",
    "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol.shutdown": "d7351fa33f00",
    "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol.connection_made": "6efb565ff3d3",
    "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol.data_received": "010a7ae59a5d",
    "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol.on_message_begin": "96d377fdc7c2",
    "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol.on_response_complete": "64e254f28e38",
    "uvicorn.protocols.http.httptools_impl.RequestResponseCycle.run_asgi": "0f33f2449a44",
}


def fingerprint(function: Any) -> str:
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]


@pytest.mark.parametrize("function", LEANED_ON, ids=lambda f: f.__qualname__)
def test_what_we_lean_on_reads_as_it_did_when_we_looked(function: Any) -> None:
    assert fingerprint(function) == PINS[f"{function.__module__}.{function.__qualname__}"]


def test_the_versions_are_those_we_looked_at() -> None:
    assert (version("faust-streaming"), version("aiokafka"), version("uvicorn")) == ("0.15.3", "0.14.0", "0.54.0")


if __name__ == "__main__":
    print("PINS = {")
    for f in LEANED_ON:
        print(f'    "{f.__module__}.{f.__qualname__}": "{fingerprint(f)}",')
    print("}")
