"""Keep and drop a person's own views of lists. They concern nobody else, so the history does not tell of them."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.countries.permissions import has_role
from mapping.desk.models import SavedView

MOST_VIEWS = 30  # a list


@transaction.atomic
def save_view(*, actor, exercise, list_, name, query, everywhere=False):
    """Keep a list as it is narrowed under a name; one of the same name is replaced.

    Parameters: `query` is the address's, of known filters only; `everywhere` keeps it for all exercises of the person.
    Raises Refused without a name or a filter, and where there are too many.
    """
    name = " ".join(name.replace("\0", " ").split())
    if not has_role(actor, exercise):
        raise Refused(_("Only those who work on %(exercise)s keep views of it.") % {"exercise": exercise.code})
    if not name or len(name) > SavedView._meta.get_field("name").max_length:
        raise Refused(_("Give the view a name of up to 60 characters."))
    if not query:
        raise Refused(_("Nothing is narrowed or sorted yet: set the filters first, then save the view."))
    if len(query) > SavedView._meta.get_field("query").max_length:
        raise Refused(_("The filter is too long to be kept."))
    where = None if everywhere else exercise
    others = SavedView.objects.filter(user=actor, list=list_).exclude(exercise=where, name=name)
    if others.count() >= MOST_VIEWS:
        raise Refused(_("You have %(count)d views of this list. Delete one first.") % {"count": MOST_VIEWS})
    view, _created = SavedView.objects.update_or_create(
        user=actor, list=list_, exercise=where, name=name, defaults={"query": query}
    )
    return view


def delete_view(*, actor, view):
    """Drop a view of one's own. Raises Refused for another's."""
    if view.user_id != actor.pk:
        raise Refused(_("It is somebody else's view."))
    view.delete()
