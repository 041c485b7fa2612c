"""The project's own modules as syntax trees, for the tests that read the code."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    path: str  # from the root, with slashes
    tree: ast.Module

    @property
    def name(self):
        return Path(self.path).stem


@cache
def modules():
    """Return every module of the product: not its tests, not its migrations."""
    paths = [path for top in ("config", "accounts", "mapping") for path in sorted((ROOT / top).rglob("*.py"))]
    relative = [(path.relative_to(ROOT).as_posix(), path) for path in paths if "migrations" not in path.parts]
    return [Module(name, ast.parse(path.read_text(encoding="utf-8"))) for name, path in relative]


def is_service(module):
    """Say whether the module is one where state may be written."""
    return "services" in module.name or module.path in WRITERS


# Modules that write state under another name than services.py, each because its name says more.
WRITERS = {
    "accounts/mail.py",  # how a claimed mail ended
    "accounts/models.py",  # the user manager
    "accounts/work.py",  # claims
    "mapping/availability/exercises.py",
    "mapping/batches.py",  # how many rows are written at once
    "mapping/management/demo/people.py",  # the only accounts with a password that somebody else knows
    "mapping/data_requests/answers.py",
    "mapping/data_requests/sending.py",  # the outbox: what became of a mail
    "mapping/review/transitions.py",
}

BULK = {"bulk_create", "bulk_update", "executemany", "update_or_create", "get_or_create", "create", "save", "delete"}


def writes(tree):
    """Return the calls in a tree that write to the database, as [(line, name)]."""
    return [(node.lineno, node.func.attr) for node in ast.walk(tree) if _is_write(node)]


def _is_write(node):
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    name = node.func.attr
    if isinstance(node.func.value, ast.Call) and getattr(node.func.value.func, "id", "") == "super":
        return False
    if any(keyword.arg == "commit" for keyword in node.keywords):
        return False  # a form that only hands over what was typed
    return name in BULK or (name == "update" and bool(node.keywords) and not node.args)


def public_functions(module):
    """Return the functions of a module that others call."""
    return [node for node in module.tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
