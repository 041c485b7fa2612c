"""The grid of a section as browser tests use it: opened, gone through by keys, saved."""

from playwright.sync_api import expect

PAGE = "/desk/exercises/KGZ-2024/sections/immigration/"


def open_grid(page, address=PAGE):
    page.goto(address)
    page.locator("#grid[data-ready]").wait_for()
    return page


def td(page, cell):
    return page.locator(f"#c-{cell.pk}")


def press(page, cell, *keys):
    td(page, cell).focus()
    for key in keys:
        page.keyboard.press(key)


def saved(page):
    expect(page.locator("#grid-status")).to_contain_text("All changes saved")


def saved_as(page, cell, **content):
    saved(page)
    cell.refresh_from_db()
    assert {name: getattr(cell, name) for name in content} == content


def values(exercise, **where):
    cells = exercise.cells.filter(indicator__section__key="immigration", **where)
    return list(cells.order_by("indicator__order", "year").values_list("value", flat=True))
