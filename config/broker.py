"""The embedded broker: kombu's filesystem transport, made safe for several processes.

Kombu writes a message in place and reads it without a lock, so that a worker may meet half of one and stop for good.
Here a message appears whole, by a rename, and a file that cannot be read is set aside. There is one host and there
are direct queues only; bindings live in memory, as with kombu's other simple transports, so that no table on disk can
be half-written either.
"""

import logging
import time
import uuid
from pathlib import Path
from queue import Empty

from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Messages as files in `queue/`, moved to `taken/` by the one worker that gets them."""

    supports_fanout = False
    get_table = virtual.Channel.get_table
    _delete = virtual.Channel._delete  # noqa: SLF001 - the parent's own parent

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        folder = Path(self.transport_options["folder"])
        self.queue_folder, self.taken_folder, self.unreadable_folder = (
            folder / name for name in ("queue", "taken", "unreadable")
        )
        for each in (self.queue_folder, self.taken_folder, self.unreadable_folder):
            each.mkdir(parents=True, exist_ok=True)
        self.data_folder_in = self.data_folder_out = str(self.queue_folder)

    def _put(self, queue, payload, **_options):
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        draft = self.queue_folder / f"{name}.draft"
        draft.write_text(dumps(payload), encoding="utf-8")
        draft.rename(self.queue_folder / name)

    def _get(self, queue):
        for name in sorted(path.name for path in self.queue_folder.iterdir()):
            if name.partition(".")[2] == f"{queue}.msg":
                payload = self._take(name)
                if payload is not None:
                    return payload
        raise Empty

    def _take(self, name):
        """Return a message's payload; None if another worker was faster or it cannot be read."""
        taken = self.taken_folder / name
        try:
            (self.queue_folder / name).rename(taken)
        except FileNotFoundError:
            return None
        try:
            payload = _message(taken.read_text(encoding="utf-8"))
        except ValueError:
            taken.rename(self.unreadable_folder / name)
            logger.warning("A queued message could not be read and was set aside: %s", self.unreadable_folder / name)
            return None
        taken.unlink()
        return payload


class Transport(filesystem.Transport):
    Channel = Channel


def _message(text):
    """Return a message's payload. Raise ValueError if it is none, or half of one."""
    payload = loads(text)
    if not isinstance(payload, dict) or not {"body", "headers", "properties"} <= payload.keys():
        raise ValueError("not a message")
    return payload
