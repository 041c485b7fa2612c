"""What the desk adds to pages of every room."""

from django import template

from mapping.desk.navigation import navigation_of

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context):
    """Return the page's Navigation, the same for sidebar and menu."""
    request = context["request"]
    if not hasattr(request, "navigation"):
        request.navigation = navigation_of(request, context)
    return request.navigation
