"""What the pages of one exercise share: who gets in, their frame, how a refusal is told."""

from functools import wraps

from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from mapping.countries.permissions import roles
from mapping.desk import selectors


def desk_view(*methods):
    """Make a view of one exercise: for people signed in, the exercise found by its code if it is theirs to see."""

    def decorate(view):
        @wraps(view)
        def with_exercise(request, code, **kwargs):
            return view(request, selectors.exercise_or_404(request.user, code), **kwargs)

        return admin.site.admin_view(require_http_methods(methods)(with_exercise))

    return decorate


def exercise_page(request, template, exercise, **context):
    """Return a page in the frame of its exercise."""
    shared = {"exercise": exercise, "roles": sorted(role.label for role in roles(request.user, exercise))}
    return TemplateResponse(request, template, {**admin.site.each_context(request), **shared, **context})


def section_or_404(sections, key):
    """Return the section with that key."""
    for section in sections:
        if section.key == key:
            return section
    raise Http404


def back_to(request, *, otherwise):
    """Lead back to the page a form stood on, which its field `back` names, never to another site."""
    back = request.POST.get("back", "")
    known = url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure())
    return redirect(back if known and back.startswith("/") else otherwise)


def tell(request, refusal):
    """Show a refusal as messages: its sentence, then a message a problem."""
    for sentence in (refusal.sentence, *refusal.problems):
        messages.error(request, sentence)
