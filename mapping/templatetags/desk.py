"""What the desk adds to pages of every room."""

from django import template

from mapping.comments.selectors import open_threads
from mapping.countries.models import Exercise
from mapping.desk.navigation import navigation_of
from mapping.desk.saved_views import views_of
from mapping.desk.selectors import freezing_of

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context):
    """Return the page's Navigation, the same for sidebar and menu."""
    request = context["request"]
    if not hasattr(request, "navigation"):
        request.navigation = navigation_of(request, context)
    return request.navigation


@register.inclusion_tag("mapping/desk/_frozen.html", takes_context=True)
def frozen_notice(context):
    """Say who froze the exercise that the page is about, when and why, if it is frozen."""
    exercise = context.get("exercise") or getattr(context.get("original"), "exercise", None)
    is_frozen = isinstance(exercise, Exercise) and exercise.is_frozen
    return {"exercise": exercise, "frozen": freezing_of(exercise) if is_frozen else None}


@register.simple_tag(takes_context=True)
def unread_notifications(context):
    """Return how many notifications are new to the person."""
    return navigation(context).unread


@register.simple_tag
def open_comments(source):
    """Return how many comments on a source are open."""
    return open_threads(source=source).count()


@register.inclusion_tag("mapping/desk/_views.html", takes_context=True)
def list_views(context, list_):
    """Draw the views of a list as links, and the form that keeps the present one under a name."""
    request, exercise = context["request"], context["exercise"]
    views, query, is_new = views_of(request.user, exercise, list_, request.GET)
    own = next((view.saved for view in views if view.current and view.saved), None)
    return {"request": request, "csrf_token": context.get("csrf_token"), "exercise": exercise, "list": list_} | {
        "views": views,
        "query": query,
        "is_new": is_new,
        "own": own,
    }
