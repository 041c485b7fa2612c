"""Write the workbook of an exercise, or several exercises as flat tables, to a file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from mapping.countries.models import Exercise
from mapping.workbook.selectors import content_of
from mapping.workbook.write import write_workbook
from mapping.workbook.write_regional import write_regional


class Command(BaseCommand):
    help = "Write the MDMM workbook of an exercise; of several, their cells, sources and claims as flat tables."

    def add_arguments(self, parser):
        parser.add_argument(
            "exercise", nargs="*", help="its code, such as KGZ-2024; several are written as flat tables"
        )
        parser.add_argument("--all", action="store_true", help="every exercise there is")
        parser.add_argument("--flat", action="store_true", help="flat tables for one exercise too")
        parser.add_argument("--out", required=True, type=Path, metavar="F.xlsx", help="the file to write")

    def handle(self, *, exercise, out, flat, all, **_options):  # noqa: A002 - the option's name
        if bool(exercise) == all:
            raise CommandError(_("Name the exercises, such as KGZ-2024, or say --all."))
        exercises = Exercise.objects.select_related("country", "methodology").order_by("code")
        if not all:
            exercises = _named(exercises, exercise)
        if flat or all or len(exercises) > 1:
            content = write_regional(map(content_of, exercises))
        else:
            content = write_workbook(content_of(exercises[0]), by=_("the command line"))
        try:
            out.write_bytes(content)
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be written: %(why)s.") % {"file": out, "why": error.strerror}
            ) from error
        codes = ", ".join(one.code for one in exercises)
        self.stdout.write(_("%(exercise)s is in %(file)s.") % {"exercise": codes, "file": out})


def _named(exercises, codes):
    """Return the exercises with these codes, in their order, each once; every code that there is none of is told."""
    found = {one.code: one for one in exercises.filter(code__in=codes)}
    if missing := [code for code in dict.fromkeys(codes) if code not in found]:
        raise CommandError("\n".join(_("There is no exercise “%(code)s”.") % {"code": code} for code in missing))
    return [found[code] for code in dict.fromkeys(codes)]
