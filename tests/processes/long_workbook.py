"""A long workbook at a site whose workers are real: `python -m tests.processes.long_workbook receive|apply|scan|cell`."""

import sys

import django

django.setup()

from accounts.models import User  # noqa: E402
from mapping.availability.models import Cell  # noqa: E402
from mapping.countries.models import Exercise  # noqa: E402
from mapping.workbook import job_services, opening  # noqa: E402
from mapping.workbook.models import WorkbookImport  # noqa: E402
from tests.mapping.workbook.workbooks import edited, exported, first_empty, in_grid  # noqa: E402

NEW = 200  # sources, each called Killed and a number
CELL = {"indicator__section__key": "immigration", "indicator__key": "stock", "year": 2020}


def receive():
    """Bring in a workbook with new sources and a value for one cell, for a worker to compare."""
    exercise = Exercise.objects.select_related("country", "methodology").get(code="TJK-2024")
    content = exported(exercise)
    top = first_empty(content, "Immigration", "Source")
    rows = {("Immigration", f"D{top + number}"): f"Killed {number}" for number in range(NEW)}
    content = edited(content, {**rows, ("Immigration", in_grid(content)): "Not available"})
    opening.LONG_ROWS = 1
    job_services.receive(actor=_person(), exercise=exercise, name="long.xlsx", content=content)


def apply():
    """Order its application."""
    job_services.order_application(actor=_person(), workbook_import=WorkbookImport.objects.get())


def scan():
    """Do what beat does twice a minute."""
    job_services.scan()


def cell():
    """Print the id of the cell that the workbook changes."""
    print(Cell.objects.get(exercise__code="TJK-2024", **CELL).pk)


def _person():
    return User.objects.get(email="consultant.tjk@example.org")


if __name__ == "__main__":
    {"receive": receive, "apply": apply, "scan": scan, "cell": cell}[sys.argv[1]]()
