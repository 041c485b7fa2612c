"""A real mail server on loopback that keeps what it is given, or behaves as badly as it is told."""

import email
import email.policy
from contextlib import contextmanager

from aiosmtpd.controller import Controller

from tests import live


class Postman:
    """`received` are the messages it took, as they were written."""

    host = "127.0.0.1"

    def __init__(self):
        self.port = live.free_port()
        self.received = []
        self.at_recipient = self.at_data = None
        self.drops_the_line = False

    def mail_to(self, address):
        """Wait for a message to that address and return it."""
        return live.until(
            lambda: next((mail for mail in self.received if address in mail["To"]), None),
            f"a mail to {address} arrives",
        )

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        envelope.rcpt_tos.append(address)
        return self.at_recipient or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.drops_the_line:
            server.transport.abort()
        if self.at_data:
            return self.at_data
        self.received.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@contextmanager
def on_duty():
    """Run the server."""
    handler = Postman()
    server = Controller(handler, hostname=handler.host, port=handler.port)
    server.start()
    yield handler
    server.stop()
