"""Tasks take ids and call one service; nothing is decided in a signal receiver."""

import ast

import pytest

from tests.house_rules.source_code import modules

pytestmark = pytest.mark.once

TASKS = [
    (module, function)
    for module in modules()
    for function in ast.walk(module.tree)
    if isinstance(function, ast.FunctionDef)
    for decorator in function.decorator_list
    if "shared_task" in ast.dump(decorator) or ".task" in ast.unparse(decorator)
]


def decorator_of(function):
    return next(decorator for decorator in function.decorator_list if "task" in ast.unparse(decorator))


def test_there_are_tasks():
    assert TASKS


@pytest.mark.parametrize(("module", "function"), TASKS, ids=lambda part: getattr(part, "name", ""))
def test_a_task_is_thin_and_named(module, function):
    decorator = decorator_of(function)
    assert isinstance(decorator, ast.Call), f"{function.name} has no explicit name"
    keywords = {keyword.arg for keyword in decorator.keywords}
    assert "name" in keywords, f"{function.name} has no explicit name"
    assert "time_limit" in keywords or "soft_time_limit" in keywords, f"{function.name} has no time limit"
    assert len(function.body) <= 4, f"{function.name} does more than call a service"


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_nothing_is_decided_in_a_signal_receiver(module):
    code = ast.unparse(module.tree)
    assert "@receiver" not in code
    assert "post_save.connect" not in code
