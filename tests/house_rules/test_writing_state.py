"""State is written in services, each by an actor; the review's state in the review alone."""

import ast

import pytest

from tests.house_rules.source_code import is_service, modules, public_functions, writes

pytestmark = pytest.mark.once

SERVICES = [module for module in modules() if is_service(module)]
# What is not state of the domain: rows the framework itself keeps, a file in memory.
NOT_STATE = {("accounts/views.py", "save"), ("mapping/workbook/marked.py", "save")}
# Work claimed and settled by a worker, which acts for whoever queued it; and building blocks of a service.
WITHOUT_ACTOR = {
    "accounts/mail.py",
    "accounts/work.py",
    "accounts/models.py",
    "mapping/audit/services.py",
    "mapping/batches.py",
    "mapping/management/demo/people.py",
}
REVIEW_FIELDS = {
    "status",
    "approved_by",
    "approved_at",
    "approved_content",
    "approved_version",
    "submitted_by",
    "submitted_at",
}
WRITES_REVIEW = {"mapping/review/transitions.py", "mapping/content/services.py"}
HAS_OWN_STATUS = ("mapping/data_requests/", "mapping/workbook/")


@pytest.mark.parametrize(
    "module", [module for module in modules() if not is_service(module)], ids=lambda module: module.path
)
def test_only_services_write(module):
    found = [(line, name) for line, name in writes(module.tree) if (module.path, name) not in NOT_STATE]
    assert found == [], f"{module.path} writes to the database; a service should"


@pytest.mark.parametrize(
    "module", [module for module in SERVICES if module.path not in WITHOUT_ACTOR], ids=lambda module: module.path
)
def test_every_service_that_writes_takes_its_actor_by_keyword(module):
    for function in public_functions(module):
        if writes(function):
            assert "actor" in {argument.arg for argument in function.args.kwonlyargs}, (
                f"{function.name} writes without an actor"
            )


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_only_the_review_writes_the_state_of_reviewed_rows(module):
    if module.path in WRITES_REVIEW or module.path.startswith(HAS_OWN_STATUS):
        return
    assigned = {
        target.attr
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.Assign, ast.AugAssign))
        for root in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for target in ast.walk(root)
        if isinstance(target, ast.Attribute)
    }
    assert assigned & REVIEW_FIELDS == set()
