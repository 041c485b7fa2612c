"""Make the history append-only in the database: no update, no delete, by anybody."""

from django.db import migrations

FORWARD = {
    "postgresql": [
        """
        CREATE FUNCTION mapping_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'The history cannot be altered.' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER mapping_entry_append_only BEFORE UPDATE OR DELETE ON mapping_entry
        FOR EACH ROW EXECUTE FUNCTION mapping_entry_is_append_only()
        """,
    ],
    "sqlite": [
        f"""
        CREATE TRIGGER mapping_entry_no_{verb.lower()} BEFORE {verb} ON mapping_entry
        BEGIN SELECT RAISE(ABORT, 'The history cannot be altered.'); END
        """
        for verb in ("UPDATE", "DELETE")
    ],
}
BACKWARD = {
    "postgresql": ["DROP TRIGGER mapping_entry_append_only ON mapping_entry", "DROP FUNCTION mapping_entry_is_append_only()"],
    "sqlite": ["DROP TRIGGER mapping_entry_no_update", "DROP TRIGGER mapping_entry_no_delete"],
}


def guard(apps, schema_editor):
    """Put the guard in place."""
    for statement in FORWARD[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    """Take the guard away."""
    for statement in BACKWARD[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("mapping", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
