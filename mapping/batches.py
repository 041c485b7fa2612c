"""Many rows written at once; `actor` and audit are the calling service's."""

import gc
from contextlib import contextmanager
from json import JSONEncoder
from operator import attrgetter

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, JSONField

MANY = 200  # up to so many changed rows go out in plain statements, fewer than those of COPY, which only PostgreSQL has
MANY_NEW = 50  # as many new ones, for which COPY takes one statement more, or none


@contextmanager
def uncollected():
    """Let the garbage collector rest: it goes through all rows again and again, of which none is garbage yet."""
    rests_already = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not rests_already:
            gc.enable()


def insert_rows(model, rows, *, with_ids=False):
    """Insert new rows: instances, or dataclasses with the same attributes. Ids stay unknown, unless they are asked for."""
    if not _is_copied(rows, MANY_NEW):
        model.objects.bulk_create([row if isinstance(row, model) else model(**vars(row)) for row in rows])
        return
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not field.generated and (with_ids or not field.primary_key)]
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if with_ids:
            _give_ids(cursor, meta, rows)
        _copy(cursor, _quoted(meta.db_table), fields, rows, add=True)


def _give_ids(cursor, meta, rows):
    """Give new rows the next ids of their table."""
    sequence = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
    cursor.execute(sequence, [meta.db_table, meta.pk.column, len(rows)])
    for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
        row.pk = pk
        row._state.adding = False  # noqa: SLF001 - as `bulk_create` does


def write_rows(rows, fields):
    """Write these fields of changed rows of one model, which are locked.

    Django's `bulk_update` writes the same as one CASE a field with one WHEN a row, which takes three times as long.
    """
    rows = list(rows)
    if not rows:
        return
    meta = rows[0]._meta
    columns = [meta.get_field(name) for name in fields]
    with connection.wrap_database_errors, connection.cursor() as cursor:
        (_update_by_copy if _is_copied(rows, MANY) else _update_each)(cursor, meta, columns, rows)


def _is_copied(rows, most):
    return connection.vendor == "postgresql" and len(rows) > most


def _update_each(cursor, meta, fields, rows):
    assignments = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    cursor.executemany(
        f"UPDATE {_quoted(meta.db_table)} SET {assignments} WHERE {_quoted(meta.pk.column)} = %s",  # noqa: S608 - made of column names
        [
            [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in (*fields, meta.pk)]
            for row in rows
        ],
    )


def _update_by_copy(cursor, meta, fields, rows):
    """Copy the rows beside their table, then take them over by one statement."""
    table, key = _quoted(meta.db_table), _quoted(meta.pk.column)
    columns = [_quoted(field.column) for field in fields]
    assignments = ", ".join(f"{column} = changed.{column}" for column in columns)
    told = ", ".join([*columns, key])
    cursor.execute(f"CREATE TEMPORARY TABLE changed ON COMMIT DROP AS SELECT {told} FROM {table} WITH NO DATA")  # noqa: S608 - made of column names
    _copy(cursor, "changed", [*fields, meta.pk], rows, add=False)
    taken_over = f"UPDATE {table} SET {assignments} FROM changed WHERE {table}.{key} = changed.{key}"  # noqa: S608 - made of column names
    cursor.execute(f"{taken_over}; DROP TABLE changed")


def _copy(cursor, table, fields, rows, *, add):
    columns = ", ".join(_quoted(field.column) for field in fields)
    texts = [_texts(_values(rows, field, add=add), field) for field in fields]
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in zip(*texts, strict=True):
            copy.write_row(row)


def _values(rows, field, *, add):
    """Return what is to be stored of one field, for each row: the attribute, unless the field is one that makes it then."""
    if type(field).pre_save is Field.pre_save:
        return [*map(attrgetter(field.attname), rows)]
    return [field.pre_save(row, add) for row in rows]


def _texts(values, field):
    """Return the values of one field as COPY takes them: as texts, each made once, for most rows say the same."""
    if isinstance(field, JSONField):
        encode = (field.encoder or JSONEncoder)().encode
        return [None if value is None else "{}" if value == {} else encode(value) for value in values]
    here = connections[DEFAULT_DB_ALIAS]  # itself: `connection` looks for it each time

    def text(value):
        if type(value) is int:
            return str(value)
        stored = field.get_db_prep_save(value, here)
        return None if stored is None else str(stored)

    try:
        texts = {value: text(value) for value in set(values)}
    except TypeError:  # lists
        return list(map(text, values))
    return [texts[value] for value in values]


def _quoted(name):
    return connection.ops.quote_name(name)
