"""The rules of the gegevensset 2019.1, as tables: 98 published ids, categories, code lists."""
