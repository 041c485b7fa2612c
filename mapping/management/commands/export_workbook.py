"""Write the workbook of an exercise to a file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from mapping.countries.models import Exercise
from mapping.workbook.selectors import content_of
from mapping.workbook.write import write_workbook


class Command(BaseCommand):
    help = "Write the MDMM workbook of an exercise."

    def add_arguments(self, parser):
        parser.add_argument("exercise", help="its code, such as KGZ-2024")
        parser.add_argument("--out", required=True, type=Path, metavar="F.xlsx", help="the file to write")

    def handle(self, *, exercise, out, **_options):
        try:
            found = Exercise.objects.select_related("country", "methodology").get(code=exercise)
        except Exercise.DoesNotExist:
            raise CommandError(_("There is no exercise “%(code)s”.") % {"code": exercise}) from None
        content = write_workbook(content_of(found), by=_("the command line"))
        try:
            out.write_bytes(content)
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be written: %(why)s.") % {"file": out, "why": error.strerror}
            ) from error
        self.stdout.write(_("%(exercise)s is in %(file)s.") % {"exercise": found.code, "file": out})
