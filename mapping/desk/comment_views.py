"""Pages of comments: all of an exercise, those about one row, and what is done with them."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.comments import permissions, selectors, services
from mapping.comments.models import About, Comment
from mapping.desk import selectors as selectors_of_desk
from mapping.desk.pages import back_to, desk_view, exercise_page, tell
from mapping.desk.talk import talk_about

PAGE = 30  # comments


@desk_view("GET")
def comments(request, exercise):
    """List the open comments of the exercise; with `?all=1`, the resolved ones too."""
    found = permissions.visible(request.user).filter(exercise=exercise, parent=None)
    every = request.GET.get("all") == "1"
    if not every:
        found = found.filter(resolved_at=None)
    listed = found.select_related("author", "cell__indicator__section", "source")
    page = Paginator(listed.order_by("-blocks", "created_at", "pk"), PAGE).get_page(request.GET.get("p"))
    sections = {section.key: section for section in selectors_of_desk.sections_of(exercise)}
    for comment in page.object_list:
        comment.section = sections.get(comment.section_key)
        comment.address = (
            comment.row and f"{selectors.address(exercise, comment.about, comment.row)}#comment-{comment.pk}"
        )
    context = {"title": _("Comments"), "page": page, "every": every}
    return exercise_page(request, "mapping/comments/list.html", exercise, **context)


@desk_view("GET", "POST")
def comments_of_row(request, exercise, about, pk):
    """Show what is said of one row; say something of it."""
    if about not in About.values:
        raise Http404
    row = selectors.row_or_404(exercise, about, pk)
    if request.method == "GET":
        return _page(request, exercise, about, row)
    text = request.POST.get("text", "")
    try:
        services.comment(
            actor=request.user, exercise=exercise, about=about, row=row, text=text, blocks="blocks" in request.POST
        )
    except Refused as refusal:
        tell(request, refusal)
        return _page(request, exercise, about, row, typed={"": text})
    messages.success(request, _("The comment is kept."))
    return back_to(request, otherwise=selectors.address(exercise, about, row))


@desk_view("POST")
def act(request, exercise, pk):
    """Reply to a comment, resolve it, reopen it, or say whether it must be settled before submission."""
    about = Comment.objects.select_related("exercise__methodology", "cell__indicator__section", "source")
    comment = get_object_or_404(about, pk=pk, exercise=exercise)
    if comment.row is None:
        raise Http404  # about a section that the exercise's present methodology has not
    do, text = request.POST.get("do"), request.POST.get("text", "")
    try:
        _do(request.user, comment, do, text)
    except Refused as refusal:
        tell(request, refusal)
        return _page(request, exercise, comment.about, comment.row, typed={comment.parent_id or comment.pk: text})
    address = selectors.address(exercise, comment.about, comment.row)
    return back_to(request, otherwise=f"{address}#comment-{comment.pk}")


def _do(actor, comment, do, text):
    if do == "reply":
        services.reply(actor=actor, comment=comment, text=text)
    elif do == "resolve":
        services.resolve(actor=actor, comment=comment)
    elif do == "reopen":
        services.reopen(actor=actor, comment=comment)
    elif do in {"block", "unblock"}:
        services.set_blocking(actor=actor, comment=comment, blocks=do == "block")
    else:
        raise BadRequest("unknown act")


def _page(request, exercise, about, row, typed=None):
    context = {
        "title": _("Comments on %(row)s") % {"row": row},
        "talk": talk_about(request.user, exercise, about, row, typed=typed),
        "row": row,
        "row_address": _row_address(exercise, about, row),
    }
    return exercise_page(request, "mapping/comments/row.html", exercise, **context)


def _row_address(exercise, about, row):
    if about == About.SOURCE:
        return reverse("admin:mapping_source_change", args=[row.pk])
    section = row if about == About.SECTION else row.indicator.section
    address = reverse("exercise_section", args=[exercise.code, section.key])
    return address if about == About.SECTION else f"{address}#c-{row.pk}"
