"""docs/gaps.md says of every type what its rule's definition says."""

import pytest
from django.conf import settings

from mapping.gaps.types import TYPES

DOCUMENT = (settings.BASE_DIR / "docs" / "gaps.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES.keys())
def test_a_type_is_documented_in_the_words_of_its_definition(kind):
    chapter = f"### `{kind.key}`: {kind.label}\n\n{kind.definition}\n\n*What to do next:* {kind.advice}\n"
    assert chapter in DOCUMENT


def test_no_other_type_is_documented():
    assert DOCUMENT.count("### `") == len(TYPES)
