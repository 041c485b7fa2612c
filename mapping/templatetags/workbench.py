"""Small parts of a page: states as word, symbol and colour; labels and diffs that the content security policy allows.

The symbols themselves are drawn once a page by `templates/_sprite.html`.
"""

import re

from django import forms, template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

register = template.Library()

VALUES = {
    "available": _("Available"),
    "partially_available": _("Partially available"),
    "not_available": _("Not available"),
    "not_assessed": _("Not assessed"),
    "not_applicable": _("Not applicable"),
}
# Where a cell is narrow; the long word stays its accessible name.
SHORT_VALUES = VALUES | {"partially_available": pgettext_lazy("short for partially available", "Partial")}
ACCESS = {
    "public": _("public"),
    "on_request": _("on request"),
    "not_shared": _("not shared"),
    "unknown": _("access unknown"),
}
REVIEW = {
    "draft": _("Draft"),
    "submitted": _("Submitted"),
    "approved": _("Approved"),
    "returned": _("Returned"),
}
MEMBER_CHECK = {
    "confirmed": _("Confirmed"),
    "disputed": _("Disputed"),
    "uncontested": _("Uncontested"),
}
INLINE_STYLE = re.compile(r'<(ins|del) style="[^"]*">')


@register.simple_tag
def icon(name):
    """Return the symbol of that name, silent to a screen reader: a word stands beside it."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#{}"/></svg>', name)


@register.filter
def under(items, headers):
    """Return the cells of a row of Django's change list, each with the name of its column as `data-l`."""
    return [_with_label(item, header["text"]) for item, header in zip(items, headers, strict=True)]


def _with_label(item, text):
    tag, _space, rest = item.partition(" ")
    if tag != "<td" or "<" in str(text):  # the row's name needs none, nor does the box that chooses it
        return item
    return format_html('<td data-l="{}" {}', capfirst(text), mark_safe(rest))  # noqa: S308 - Django's own


@register.filter
def how_long(moment):
    """Return since when something is so, as people say it."""
    if timezone.localdate(moment) == timezone.localdate():
        return gettext("since today")
    return gettext("for %(time)s") % {"time": timesince(moment, depth=1)}


@register.simple_tag
def value(value, *, short=False):
    """Return a cell's value; empty is not assessed."""
    key = value if value in VALUES else "not_assessed"
    word = SHORT_VALUES[key] if short else VALUES[key]
    return format_html('<span class="val v-{}">{}<span class="w">{}</span></span>', key, icon(f"v-{key}"), word)


@register.simple_tag
def access(access):
    """Return who can get the data."""
    key = access if access in ACCESS else "unknown"
    return format_html('<span class="acc">{}{}</span>', icon(f"a-{key}"), ACCESS[key])


@register.simple_tag
def typed_text(talk, thread):
    """Return what a refused person typed into a form of a thread; "" is the form of a new one."""
    return talk.typed.get(thread, "")


@register.simple_tag
def review(status):
    """Return the state of a reviewed row."""
    return _chip("r", status, REVIEW)


@register.simple_tag
def member_check(outcome):
    """Return what a focal point said of an approved cell; nothing while nobody was asked."""
    return _chip("m", outcome, MEMBER_CHECK)


def _chip(kind, key, words):
    if key not in words:
        return ""
    return format_html('<span class="chip {0}-{1}">{2}{3}</span>', kind, key, icon(f"{kind}-{key}"), words[key])


@register.simple_tag
def labelled(bound_field, row=""):
    """Return the field's input with its label as accessible name, for tables that print the label once, on top.

    `row` says which row is meant, where it has a name. Radio buttons and checkbox lists carry labels of their own.
    """
    if isinstance(bound_field.field.widget, forms.RadioSelect):
        return bound_field
    name = f"{bound_field.label}: {row}" if row else bound_field.label
    return bound_field.as_widget(attrs={"aria-label": name})


@register.filter
def without_inline_style(diff):
    """Return an import's diff without the style attributes that the content security policy refuses.

    The text in such a diff is escaped before, so no `<ins` or `<del` of a user's can be meant.
    """
    return mark_safe(INLINE_STYLE.sub(r"<\1>", diff))  # noqa: S308 - escaped before, as said above
