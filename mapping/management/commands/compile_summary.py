"""Compile a country gap summary here and now, without a worker."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.refusals import Refused
from mapping.countries.models import Exercise
from mapping.summaries.models import Basis
from mapping.summaries.rendering import FORMATS, FORMATS_TO_COME, render
from mapping.summaries.services import compile_now


class Command(BaseCommand):
    help = "Compiles the gap summary of an exercise into a file, here and now."

    def add_arguments(self, parser):
        parser.add_argument("exercise", metavar="EXERCISE", help="The code of the exercise, such as KGZ-2024.")
        parser.add_argument("--format", required=True, choices=[*FORMATS, *FORMATS_TO_COME])
        parser.add_argument("--out", required=True, metavar="F", help="The file to write.")
        parser.add_argument("--basis", choices=Basis.values, default=Basis.APPROVED.value)
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="en")

    def handle(self, *, exercise, out, basis, language, **options):
        if options["format"] in FORMATS_TO_COME:
            raise CommandError(
                f"Summaries are not made as {options['format']} yet. Choose one of: {', '.join(FORMATS)}."
            )
        found = Exercise.objects.select_related("country", "methodology").filter(code=exercise).first()
        if found is None:
            codes = ", ".join(Exercise.objects.values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no exercise {exercise}. Exercises here: {codes}.")
        snapshot = compile_now(found, basis=basis, language=language)
        try:
            content = render(snapshot, options["format"])
            Path(out).write_bytes(content)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{out}: summary of {exercise}, {basis} content, snapshot {snapshot['snapshot'][:12]}.")
