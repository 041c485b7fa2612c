"""The embedded broker's channel: messages whole or not at all, each to one worker."""

from queue import Empty

import pytest
from kombu import Connection

import config.celery  # noqa: F401 - makes files:// known

pytestmark = pytest.mark.once


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "broker"


@pytest.fixture
def connection(folder):
    with Connection(
        "files://localhost", transport_options={"folder": str(folder), "polling_interval": 0.01}
    ) as connection:
        yield connection


def test_a_message_is_read_as_it_was_put_and_leaves_nothing_behind(connection, folder):
    queue = connection.SimpleQueue("celery", no_ack=True)
    queue.put({"id": 1})
    message = queue.get(block=False)
    assert message.payload == {"id": 1}
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_messages_come_in_the_order_they_were_put(connection):
    queue = connection.SimpleQueue("celery", no_ack=True)
    for number in range(5):
        queue.put({"id": number})
    assert [queue.get(block=False).payload["id"] for _ in range(5)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("content", [b"", b'{"body": "W1', b"\xff\xfe", b"null", b"{}", b"[1]"])
def test_an_unreadable_file_is_set_aside_and_the_next_message_is_read(connection, folder, content, caplog):
    queue = connection.SimpleQueue("celery", no_ack=True)
    (folder / "queue" / "0.celery.msg").write_bytes(content)
    queue.put({"id": 1})
    assert queue.get(block=False).payload == {"id": 1}
    assert (folder / "unreadable" / "0.celery.msg").read_bytes() == content
    assert "set aside" in caplog.text


def test_a_message_still_being_written_is_not_seen(connection, folder):
    queue = connection.SimpleQueue("celery", no_ack=True)
    (folder / "queue" / "0.celery.msg.draft").write_text('{"bo')
    with pytest.raises(Empty):
        queue.get(block=False)


def test_queues_do_not_see_each_others_messages(connection):
    first, second = connection.SimpleQueue("celery", no_ack=True), connection.SimpleQueue("other", no_ack=True)
    second.put({"id": 1})
    assert (first.qsize(), second.qsize()) == (0, 1)
    with pytest.raises(Empty):
        first.get(block=False)
