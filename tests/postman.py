"""A real mail server on loopback that keeps what it is given, or behaves as badly as it is told."""

import email
import email.policy
from contextlib import contextmanager

from aiosmtpd.controller import Controller

from tests import live


class Postman:
    """`received` are the messages it took, as they were written."""

    def __init__(self):
        self.received = []
        self.at_recipient = self.at_data = None
        self.drops_the_line = False

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
def on_duty(settings):
    """Run the server and send the mail of the site to it."""
    handler = Postman()
    server = Controller(handler, hostname="127.0.0.1", port=live.free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = server.hostname, server.port, 5
    yield handler
    server.stop()
