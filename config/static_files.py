"""Static files under names that change with their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Scripts import each other by those names too: after an upgrade no browser mixes old modules with new ones."""

    support_js_module_import_aggregation = True
