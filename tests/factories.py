"""Reach a state through the very services that people use."""

from datetime import timedelta
from itertools import count

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from mapping.availability.exercises import start_exercise
from mapping.availability.models import Cell
from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from mapping.comments import services as comments
from mapping.countries.models import Agency, Assignment, Country, Exercise, FocalPoint
from mapping.countries.permissions import forget_assignments
from mapping.countries.services import load_countries, save_agency, save_focal_point
from mapping.data_requests import services as requests
from mapping.data_requests.sending import send_message
from mapping.duties.services import Wanted, assign_sections
from mapping.framework.services import load_methodology
from mapping.harmonisation.services import write_decision
from mapping.review import transitions
from mapping.review.permissions import SUBMITTABLE
from mapping.sources.services import add_attachment, create_source
from mapping.summaries.services import compile_summary, request_compilation
from mapping.workbook.selectors import content_of
from mapping.workbook.services import upload
from mapping.workbook.write import write_workbook
from mapping.workbook.write_regional import write_regional

_numbers = count(1)


def person(name, **values):
    """A person who can sign in with the password “correct horse battery”."""
    return User.objects.create_user(f"{name}@example.org", "correct horse battery", name=name.title(), **values)


def superuser(name="root"):
    """A superuser with a second factor: without one, every page leads to its set-up."""
    user = User.objects.create_superuser(f"{name}@example.org", "correct horse battery", name=name.title())
    TOTP.activate(user, generate_totp_secret())
    return user


def member(name, exercise, role):
    """A person with one role in an exercise; with `exercise` None, in all."""
    user = person(name)
    Assignment.objects.create(user=user, exercise=exercise, role=role)
    forget_assignments(user)
    return user


def assign(user, exercise, role):
    """One more role for a person."""
    Assignment.objects.create(user=user, exercise=exercise, role=role)
    forget_assignments(user)


def exercise(code="KGZ-2024", alpha_3="KGZ"):
    """An exercise with its cells, started by a superuser under the shipped methodology, unless it is there."""
    if started := Exercise.objects.select_related("country", "methodology").filter(code=code).first():
        return started
    starter = User.objects.filter(email="starter@example.org").first() or superuser("starter")
    if not Country.objects.exists():
        load_countries(actor=starter)
    methodology = load_methodology(actor=starter)
    started = start_exercise(
        actor=starter,
        code=code,
        country=Country.objects.get(alpha_3=alpha_3),
        methodology=methodology,
        languages=["ky", "ru", "en"],
    )
    return Exercise.objects.select_related("country", "methodology").get(pk=started.pk)


def cell(exercise, indicator="stock", year=2020, section="immigration"):
    return Cell.objects.select_related("indicator__section", "exercise").get(
        exercise=exercise, indicator__key=indicator, indicator__section__key=section, year=year
    )


def source(actor, exercise, author="NSC KR", year="2023", **values):
    """A draft source."""
    values = {"title": f"Title {next(_numbers)}", "institution": author, "access": "public", **values}
    return create_source(
        actor=actor, exercise=exercise, values={"citation_author": author, "citation_year": year, **values}
    )


def assess(actor, cell, value="available", *, source=None, claim=None, **values):
    """Give a cell a value, with a claim of `source` (or of a report) that says the same."""
    basis = {"source": source} if source else {"statement_kind": "report", "statement": "IOM, 2024"}
    if value == "partially_available":
        values.setdefault("partial_reason", "survey_or_estimate")
    said = {**basis, "value": value, "access": "public", "scope": "government", **(claim or {})}
    save_cell(
        actor=actor,
        exercise=cell.exercise,
        edit=CellEdit(cell.pk, cell.version, {"value": value, **values}, [ClaimEdit(said)]),
    )
    cell.refresh_from_db()
    return cell


def submit(actor, *rows):
    """Submit rows, the sources first; drafts of sources that a cell cites go with it."""
    cited = transitions.cited_sources([row for row in rows if isinstance(row, Cell)], statuses=SUBMITTABLE)
    along = [source for source in cited if source not in rows]
    _decide(transitions.submit, actor, [*along, *sorted(rows, key=lambda row: isinstance(row, Cell))])
    return rows[0] if len(rows) == 1 else rows


def approve(actor, *rows):
    return _decide(transitions.approve, actor, rows)


def return_with_reason(actor, *rows, reason="Please check."):
    return _decide(transitions.return_with_reason, actor, rows, reason=reason)


def _decide(transition, actor, rows, **kwargs):
    for row in rows:
        transition(actor=actor, model=type(row), exercise=row.exercise, rows=[(row.pk, row.version)], **kwargs)
        row.refresh_from_db()
    return rows[0] if len(rows) == 1 else rows


def comment(actor, row, text="Which register?", **values):
    """A comment on a cell or a source."""
    about = row._meta.model_name
    return comments.comment(actor=actor, exercise=row.exercise, about=about, row=row, text=text, **values)


def decision(actor, exercise, text="Registration data count as partial.", section="immigration"):
    """An entry of a section's decision log."""
    return write_decision(actor=actor, section=exercise.methodology.sections.get(key=section), text=text)


def section_in_hands(actor, exercise, consultant, reviewer, section="immigration", days=14):
    """A section that one person enters and another reviews, within days."""
    wanted = Wanted(section, consultant.pk, reviewer.pk, timezone.localdate() + timedelta(days=days))
    return assign_sections(actor=actor, exercise=exercise, wanted=[wanted])


# --- Data requests -----------------------------------------------------------


def agency(actor, exercise, acronym="NSC", *, focal_point=True, **values):
    """An agency of the exercise's country, with a focal point who reads English."""
    values = {"name": f"National Committee {acronym}", "kind": "government", **values}
    row = Agency(country=exercise.country, acronym=acronym, **values)
    save_agency(actor=actor, agency=row)
    if focal_point:
        official = FocalPoint(agency=row, name="Data Desk", email=f"data@{acronym.lower()}.example")
        save_focal_point(actor=actor, focal_point=official)
    return row


def data_request(actor, exercise, agency=None, *, cells=None, days=14, **values):
    """A draft about the stock of 2020 and 2021."""
    cells = cells or [cell(exercise, year=2020), cell(exercise, year=2021)]
    told = {"subject": "Migrant stock", "letter": "we ask for data.", "language": "en"} | values
    return requests.write_request(
        actor=actor,
        exercise=exercise,
        agency=agency or globals()["agency"](actor, exercise),
        due_on=timezone.localdate() + timedelta(days=days),
        cells=[cell.pk for cell in cells],
        **told,
    )


def approved_request(writer, approver, exercise, **values):
    """A request whose mail waits to be sent."""
    draft = data_request(writer, exercise, **values)
    return requests.approve_request(actor=approver, request=draft, version=draft.version)


def sent_request(writer, approver, exercise, **values):
    """A request whose mail a worker has sent."""
    request = approved_request(writer, approver, exercise, **values)
    send_message(request.messages.get().pk)
    request.refresh_from_db()
    return request


# --- Files and summaries -----------------------------------------------------


def attachment(actor, source, name="copy.pdf"):
    """A PDF kept with a source."""
    file = SimpleUploadedFile(name, b"%PDF-1.7 copy")
    attached = add_attachment(actor=actor, source=source, version=source.version, file=file)
    source.refresh_from_db()
    return attached


def summary(actor, exercise, basis="approved"):
    """A compiled summary."""
    queued = request_compilation(actor=actor, exercise=exercise, basis=basis, language="en")
    compile_summary(summary_id=queued.pk)
    queued.refresh_from_db()
    return queued


def workbook_import(actor, exercise, name="workbook.xlsx"):
    """The exercise's own workbook, uploaded unchanged and compared."""
    content = write_workbook(content_of(exercise), by=str(actor))
    return upload(actor=actor, exercise=exercise, name=name, content=content)


def regional_import(actor, *exercises, name="region.xlsx"):
    """A file of several exercises, uploaded unchanged and compared."""
    content = write_regional([content_of(exercise) for exercise in exercises])
    return upload(actor=actor, exercise=None, name=name, content=content)
