"""Load the demo: Kyrgyzstan with its facts, an empty Tajikistan, and one person for each role."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.management.demo.loading import load


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--password", help="the password of all the demo's people; without it, random ones")

    def handle(self, *, password, **options):
        try:
            sign_ins = load(password=password)
        except Refused as refusal:
            raise CommandError("\n".join([str(refusal), *refusal.problems])) from refusal
        self.stdout.write(sign_ins or _("The demo is loaded; its people sign in as before."))
