"""The list of an exercise's sources, and the files kept with them."""

from csp.decorators import csp_replace
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from mapping.countries.permissions import EDITORS, exercises_with_role, has_role
from mapping.framework.selectors import vocabulary
from mapping.sources.filters import SourceFilter
from mapping.sources.models import Source
from mapping.sources.permissions import visible_attachments
from mapping.sources.selectors import with_cell_count

PAGE = 50  # sources
# How a file is sent: as a download whatever it is, and as nothing that a browser would run.
DOWNLOAD_POLICY = {"default-src": ["'none'"], "sandbox": [""]}


def source_list(request, code):
    """Show the sources of one exercise, narrowed and sorted as the address says."""
    exercise = get_object_or_404(exercises_with_role(request.user).select_related("country", "methodology"), code=code)
    sources = Source.objects.filter(exercise=exercise)
    found = SourceFilter(request.GET, sources.order_by("citation_key"), request=request, exercise=exercise)
    page = Paginator(with_cell_count(found.qs.select_related("agency")), PAGE).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": _("Sources"),
        "exercise": exercise,
        "filter": found,
        "page": page,
        "types": dict(vocabulary(exercise.methodology, "data_source_type")),
        "total": sources.count() if found.form.has_changed() else page.paginator.count,
        "may_add": has_role(request.user, exercise, EDITORS) and not exercise.is_frozen,
        "columns": _columns(request.GET.get("sort", "")),
    }
    return render(request, "mapping/sources/list.html", context)


def _columns(sort):
    """Return (heading, the order its link asks for, aria-sort) of each column."""
    headings = [
        (_("Citation key"), "key"),
        (_("Title"), "title"),
        (_("Institution"), "institution"),
        (_("Data source"), ""),
        (_("Access"), ""),
        (_("Years"), ""),
        (_("Cells"), ""),
        (_("Changed"), "changed"),
        (_("Review"), ""),
    ]
    current = sort or "key"
    direction = {True: "descending", False: "ascending"}
    return [
        (
            heading,
            key and (f"-{key}" if current == key else key),
            direction[current.startswith("-")] if key and current.lstrip("-") == key else "",
        )
        for heading, key in headings
    ]


@csp_replace(DOWNLOAD_POLICY)
def attachment(request, pk):
    """Send a file kept with a source, to those who may see the source."""
    found = get_object_or_404(visible_attachments(request.user), pk=pk)
    try:
        file = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, as_attachment=True, filename=found.name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
