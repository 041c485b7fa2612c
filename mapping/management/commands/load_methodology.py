"""Load a version of a methodology from its file, the shipped MDMM unless told otherwise, and the countries to map by it."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Refused
from mapping.countries.services import load_countries
from mapping.framework.services import SHIPPED, load_methodology


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", default=SHIPPED, help="a methodology as JSON")

    def handle(self, *, file, **options):
        system = User.objects.system()
        try:
            methodology = load_methodology(actor=system, path=file)
        except Refused as refusal:
            raise CommandError("\n".join([str(refusal), *refusal.problems])) from refusal
        load_countries(actor=system)
        self.stdout.write(_("%(methodology)s is loaded.") % {"methodology": methodology})
