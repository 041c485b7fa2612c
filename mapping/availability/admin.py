"""The admin of cells: one form a cell, with its claims."""

from django.contrib import admin

from mapping.availability.models import Cell
from mapping.content.admin import ReviewedModelAdmin


@admin.register(Cell)
class CellAdmin(ReviewedModelAdmin):
    pass
