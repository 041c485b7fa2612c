"""Nobody approves what they wrote or submitted, superusers included, in the service and in the database."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from mapping.availability.models import Cell
from mapping.content.errors import RowsRefused
from mapping.countries.models import Role
from mapping.review import transitions
from mapping.review.permissions import approvable, why_not_approve
from tests import factories


@pytest.fixture
def submitted(exercise, consultant):
    return factories.submit(consultant, factories.assess(consultant, factories.cell(exercise)))


def test_a_reviewer_approves_what_a_consultant_submitted(submitted, reviewer):
    cell = factories.approve(reviewer, submitted)
    assert cell.status == "approved"
    assert cell.approved_version == cell.version
    assert cell.approved_content["value"] == "available"


def test_who_submitted_does_not_approve_even_as_a_reviewer(exercise, consultant, submitted):
    exercise.assignments.create(user=consultant, role=Role.REVIEWER)
    consultant.__dict__.pop("roles_by_exercise")
    with pytest.raises(RowsRefused, match="need your attention") as refused:
        factories.approve(consultant, submitted)
    assert "Somebody else approves it" in refused.value.problems[0]


def test_who_contributed_since_the_last_decision_does_not_approve(exercise, consultant, coordinator, submitted):
    transitions.withdraw(actor=consultant, model=Cell, exercise=exercise, rows=[(submitted.pk, submitted.version)])
    submitted.refresh_from_db()
    factories.assess(coordinator, submitted, "partially_available")
    factories.assess(consultant, submitted, "available", resolution="The register holds.")
    factories.submit(consultant, submitted)
    assert "You worked on it" in why_not_approve(coordinator, submitted)
    assert submitted not in approvable(coordinator, Cell.objects.all())


def test_a_decision_clears_who_contributed_before_it(exercise, consultant, coordinator, reviewer):
    cell = factories.assess(coordinator, factories.cell(exercise))
    factories.submit(coordinator, cell)
    factories.return_with_reason(reviewer, cell)
    factories.submit(consultant, factories.assess(consultant, cell, "not_available", resolution="Nobody has it."))
    assert why_not_approve(coordinator, cell) == ""
    assert cell in approvable(coordinator, Cell.objects.all())


def test_not_even_a_superuser_approves_what_they_entered_or_submitted(exercise, consultant):
    root = factories.superuser()
    entered, submitted = (factories.cell(exercise, year=year) for year in (2020, 2021))
    factories.submit(consultant, factories.assess(root, entered))
    factories.submit(root, factories.assess(consultant, submitted))
    for cell in (entered, submitted):
        assert cell not in approvable(root, Cell.objects.all())
        with pytest.raises(RowsRefused) as refused:
            factories.approve(root, cell)
        assert "Somebody else approves it" in refused.value.problems[0]


@pytest.mark.parametrize("column", ["last_author", "submitted_by"])
def test_the_database_refuses_self_approval_by_anybody(submitted, column):
    root = factories.superuser()
    with pytest.raises(IntegrityError), transaction.atomic():
        Cell.objects.filter(pk=submitted.pk).update(
            status="approved",
            approved_by=root,
            approved_at=timezone.now(),
            approved_content={},
            approved_version=submitted.version,
            **{column: root},
        )
