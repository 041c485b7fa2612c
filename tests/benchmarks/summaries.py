"""The gap summary of the demo's Kyrgyzstan, against an empty page of the desk."""

from django.core.management import call_command

from mapping.countries.models import Exercise
from mapping.summaries.rendering import FORMATS, render
from mapping.summaries.services import compile_now
from tests import factories
from tests.benchmarks.measuring import Act, against_floor
from tests.benchmarks.world import floor, signed_in


def measure():
    """Yield what compiling costs, and each rendering."""
    call_command("load_demo", password="correct horse battery", verbosity=0)
    exercise = Exercise.objects.select_related("country", "methodology").get(code="KGZ-2024")
    snapshot = _compile(exercise)
    acts = {"compile": Act(lambda: _compile(exercise))}
    acts |= {f"render as {kind}": Act(lambda kind=kind: render(snapshot, kind)) for kind in FORMATS}
    yield from against_floor(floor(signed_in(factories.superuser())), acts)


def _compile(exercise):
    return compile_now(exercise, basis="current", language="en")
