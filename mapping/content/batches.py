"""Many changed rows written at once."""

from django.db import connection


def write_rows(rows, fields):
    """Write these fields of rows that are locked, as one batch; `actor` and audit are the calling service's.

    Django's `bulk_update` writes the same as one CASE a field with one WHEN a row, which takes three times as long.
    """
    rows = list(rows)
    if not rows:
        return
    columns = [rows[0]._meta.get_field(name) for name in fields]
    assignments = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in columns)
    table, key = (connection.ops.quote_name(name) for name in (rows[0]._meta.db_table, rows[0]._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {assignments} WHERE {key} = %s",  # noqa: S608 - made of column names
            [
                [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in columns] + [row.pk]
                for row in rows
            ],
        )
