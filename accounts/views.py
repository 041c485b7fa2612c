"""The pages of one's own account that allauth does not have, and the link of an invitation."""

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import AcceptInvitationForm, ProfileForm
from accounts.models import User
from accounts.refusals import Refused, Unchanged
from accounts.selectors import find_invitation, has_second_factor
from accounts.services import accept_invitation, update_person

SIGN_INS_SHOWN = 20


@login_required
@never_cache
def overview(request):
    """One's own account: profile, password, second factor, sessions, sign-ins."""
    person = User.objects.get(pk=request.user.pk)  # the form writes into it; the page's header must not
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        try:
            update_person(actor=request.user, user=request.user, **form.cleaned_data)
        except Unchanged as nothing:
            messages.info(request, str(nothing))
            return redirect("account_overview")
        except Refused as refusal:
            form.add_error(None, [str(refusal), *refusal.problems])
        else:
            messages.success(request, _("Your account was saved."))
            return redirect("account_overview")
    context = {
        "form": form,
        "has_second_factor": has_second_factor(request.user),
        "must_use_second_factor": request.user.must_use_second_factor,
        "sign_ins": request.user.sign_ins.all()[:SIGN_INS_SHOWN],
    }
    return render(request, "accounts/overview.html", context)


@never_cache
@sensitive_post_parameters("password1", "password2")
def invitation(request, token):
    """Set name and password behind the link of an invitation, and sign in."""
    found = find_invitation(token)
    if found is None or not found.is_open or not found.user.is_active:
        return render(request, "accounts/invitation_over.html", status=404)
    form = AcceptInvitationForm(request.POST or None, user=found.user, initial={"name": found.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            user = accept_invitation(
                actor=found.user,
                invitation=found,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password1"],
            )
        except Refused as refusal:
            form.add_error(None, [str(refusal), *refusal.problems])
        else:
            return _sign_in(request, user)
    return render(request, "accounts/invitation.html", {"form": form, "invitation": found})


def _sign_in(request, user):
    if request.user.is_authenticated:  # somebody else at the same machine
        get_adapter().logout(request)
    return perform_login(request, user, email=user.email)
