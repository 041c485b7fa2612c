"""What a mapping leads to, in the demo's country: an agency is asked, a summary is compiled."""

from datetime import timedelta

from django.utils import timezone

from accounts.work import due
from mapping.availability.models import Cell
from mapping.countries.models import Agency
from mapping.data_requests.letters import suggested
from mapping.data_requests.services import approve_request, write_request
from mapping.summaries.models import Basis, Summary
from mapping.summaries.services import compile_summary, request_compilation

AGENCY, FOCAL_POINT = "MoIA KR", "moia@example.org"
ASKED = ("irregular_migration_criminal_cases", "irregular_employment_abroad")
TIME_TO_ANSWER = timedelta(weeks=3)
LANGUAGE = "en"


def ask(*, exercise, consultant, coordinator):
    """Ask the agency that knows of irregular migration about the years nobody could assess; a worker sends the mail.

    Nobody is asked where the country had the agency before the demo, with a focal point who is a real person.
    """
    agency = Agency.objects.get(country=exercise.country, acronym=AGENCY)
    focal_point = agency.focal_points.order_by("pk").first()
    if focal_point is None or focal_point.email != FOCAL_POINT:
        return
    subject, letter = suggested(exercise, agency, LANGUAGE)
    cells = Cell.objects.filter(exercise=exercise, indicator__key__in=ASKED, value="")
    request = write_request(
        actor=consultant,
        exercise=exercise,
        agency=agency,
        subject=subject,
        letter=letter,
        language=LANGUAGE,
        due_on=timezone.localdate() + TIME_TO_ANSWER,
        cells=list(cells.values_list("pk", flat=True)),
    )
    approve_request(actor=coordinator, request=request, version=request.version)


def order_summary(*, exercise, coordinator):
    """Ask for a summary of what is approved."""
    request_compilation(actor=coordinator, exercise=exercise, basis=Basis.APPROVED, language=LANGUAGE)


def compile_ordered():
    """Compile the demo's summary here and now, after the transaction that ordered it; else a worker finds it."""
    for pk in due(Summary.objects.filter(exercise__is_demo=True)).values_list("pk", flat=True):
        compile_summary(summary_id=pk)
