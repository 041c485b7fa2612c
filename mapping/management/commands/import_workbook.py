"""Compare a workbook with an exercise, or a file of several with theirs; print what differs and, if told to, apply it."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Refused, Unchanged
from mapping.countries.models import Exercise
from mapping.workbook.comparison import KEEP, TAKE
from mapping.workbook.opening import Unusable
from mapping.workbook.report import contract, unusable_report
from mapping.workbook.services import apply_import, compare_upload, upload

CLEAN, ATTENTION, UNUSABLE = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Compare a workbook with an exercise, or a file of several with theirs; with --apply, apply it."
        " Exit: 0 clean, 1 errors or conflicts, 2 unusable."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="F.xlsx")
        parser.add_argument(
            "--exercise", help="its code, such as KGZ-2024; left out: the file tells the exercise of each row"
        )
        parser.add_argument("--as", required=True, dest="email", metavar="EMAIL", help="on whose behalf")
        parser.add_argument("--apply", action="store_true", help="apply all of it, or nothing where errors are left")
        parser.add_argument("--conflicts", choices=[KEEP, TAKE], default="", help="which side wins a conflict")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *, file, exercise, email, apply, conflicts, json, **_options):
        try:
            actor, found = _person(email), _exercise(exercise) if exercise else None
            content = _content(file)
            compared = _compare(actor=actor, exercise=found, content=content, conflicts=conflicts)
        except Refused as refusal:
            self._print_unusable(refusal, as_json=json)
            sys.exit(UNUSABLE)
        report = compared.report()
        applied, refusal = False, None
        if apply and compared.can_apply and compared.has_edits:
            applied, refusal = _apply(actor=actor, exercise=found, file=file, content=content, conflicts=conflicts)
        if refusal is not None:
            report["errors"] += [
                {"sheet": "", "cell": "", "message": str(sentence)} for sentence in refusal.problems or [refusal]
            ]
        self._print(report, as_json=json)
        if apply and not json:
            self.stdout.write(_("Applied.") if applied else _("Nothing was applied."))
        if refusal is not None or not compared.can_apply:
            sys.exit(ATTENTION)

    def _print_unusable(self, refusal, *, as_json):
        if as_json:
            self._print(unusable_report(refusal), as_json=True)
        else:
            self.stderr.write(str(refusal))

    def _print(self, report, *, as_json):
        if as_json:
            self.stdout.write(json.dumps(contract(report), ensure_ascii=False, indent=1))
            return
        self.stdout.write(", ".join(f"{count} {name}" for name, count in report["counts"].items()))
        for one in contract(report)["changes"]:
            self.stdout.write(f"{_place(one)} {one['field']}: {one['old'] or '–'} → {one['new'] or '–'}")
        for one in report["conflicts"]:
            sides = _("was %(base)s, is %(database)s, file says %(file)s") % {
                side: one[side] or "–" for side in ("base", "database", "file")
            }
            self.stdout.write(f"{_place(one)} {one['field']}: {sides}")
            for sheet, cell, text in one["rivals"]:
                told = _("the file also says %(text)s in %(place)s: which is taken is chosen on the page")
                self.stdout.write("  " + told % {"text": text, "place": f"{sheet}!{cell}"})
        for one in report["resemblances"]:
            told = _("%(title)s is a new source that resembles %(alike)s")
            alike = ", ".join(key for _record, key, _title in one["alike"])
            self.stdout.write(f"{_place(one)}: {told % {'title': one['title'], 'alike': alike}}")
        for one in (*report["warnings"], *report["ignored"]):
            self.stdout.write(_sentence(one))
        for one in report["errors"]:
            self.stderr.write(_sentence(one))


def _place(one):
    return f"{one['sheet']}!{one['cell']}" if one["cell"] else one["sheet"]


def _sentence(one):
    return ": ".join(filter(None, [_place(one), one["message"]]))


def _person(email):
    person = User.objects.people().filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise Refused(_("Nobody with the address %(email)s can sign in here.") % {"email": email})
    return person


def _exercise(code):
    found = Exercise.objects.select_related("country", "methodology").filter(code=code).first()
    if found is None:
        raise Refused(_("There is no exercise “%(code)s”.") % {"code": code})
    return found


def _content(file):
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(_("%(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror}) from error


def _compare(*, actor, exercise, content, conflicts):
    try:
        return compare_upload(actor=actor, exercise=exercise, content=content, otherwise=conflicts)
    except Unusable as unusable:
        if exercise is not None:
            raise
        told = _("%(why)s Name the exercise of a workbook of one with --exercise.") % {"why": unusable}
        raise Refused(told) from unusable


def _apply(*, actor, exercise, file, content, conflicts):
    """Keep the file and apply it in one transaction; return (whether it was, the refusal or None)."""
    try:
        with transaction.atomic():
            uploaded = upload(actor=actor, exercise=exercise, name=file.name, content=content)
            apply_import(actor=actor, workbook_import=uploaded, otherwise=conflicts)
    except Unchanged:
        return False, None
    except Refused as refusal:
        return False, refusal
    return True, None
