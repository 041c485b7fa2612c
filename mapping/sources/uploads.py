"""What may be attached to a source: a file of an allowed kind and size whose content is what its name says."""

import re
import unicodedata
import zipfile
from pathlib import PurePath

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.refusals import Refused

NAME_LENGTH = 200
_HEAD = 8192
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_FIRST_BYTES = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "doc": (_OLD_OFFICE,),
    "xls": (_OLD_OFFICE,),
    **dict.fromkeys(("zip", "docx", "xlsx", "ods", "odt"), _ZIP),
}
# What a zip of this kind holds; a plain zip may hold anything.
_ZIP_PART = {"docx": "word/", "xlsx": "xl/", "ods": "content.xml", "odt": "content.xml"}
_BINARY = tuple({first for starts in _FIRST_BYTES.values() for first in starts} | {b"MZ", b"\x7fELF"})
_TEXT = ("csv", "eml", "txt")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # Excel's "Unicode text"


def check_upload(file):
    """Raise Refused unless the uploaded file may be attached; its name then says what its content is."""
    name = clean_name(file.name)
    extension = PurePath(name).suffix.lstrip(".").lower()
    if extension not in settings.ATTACHMENT_EXTENSIONS:
        raise Refused(
            _("“%(name)s” is not attached: only these kinds of file are (%(kinds)s).")
            % {"name": name, "kinds": ", ".join(settings.ATTACHMENT_EXTENSIONS)}
        )
    if not file.size:
        raise Refused(_("“%(name)s” is empty.") % {"name": name})
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        raise Refused(
            _("“%(name)s” is too large: it has %(size)s, and at most %(limit)s are kept.")
            % {
                "name": name,
                "size": filesizeformat(file.size),
                "limit": filesizeformat(settings.ATTACHMENT_MAX_BYTES),
            }
        )
    if not _is_what_it_says(file, extension):
        raise Refused(
            _("“%(name)s” is not what its name says: its content is not that of a .%(extension)s file.")
            % {"name": name, "extension": extension}
        )


def clean_name(name):
    """Return a file's name without folders, invisible and direction-changing characters, short enough to keep."""
    name = re.split(r"[\\/]", name or "")[-1]
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C").strip() or _("file")
    path = PurePath(name)
    return f"{path.stem[: NAME_LENGTH - len(path.suffix)]}{path.suffix}"[:NAME_LENGTH]


def _is_what_it_says(file, extension):
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    if extension in _TEXT:
        return not head.startswith(_BINARY) and (head.startswith(_UTF_16) or b"\0" not in head)
    if extension not in _FIRST_BYTES:
        return True
    if not head.startswith(_FIRST_BYTES[extension]):
        return False
    part = _ZIP_PART.get(extension)
    return part is None or _zip_holds(file, part)


def _zip_holds(file, part):
    try:
        with zipfile.ZipFile(file) as archive:
            return any(name.startswith(part) for name in archive.namelist())
    except zipfile.BadZipFile:
        return False
    finally:
        file.seek(0)
