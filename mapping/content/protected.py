"""Workbooks that Excel has encrypted: no parser opens them, so they are told by their first bytes."""

from django.utils.translation import gettext_lazy as _

OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of old workbooks, and around encrypted ones
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

PROTECTED = _("The file is protected by a password. Remove the password in Excel, then upload it.")


def is_protected(content):
    """Say whether a file, given as bytes, is an encrypted workbook."""
    return content.startswith(OLD_CONTAINER) and _ENCRYPTED in content
