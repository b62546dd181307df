"""A school that prepares dossiers, on disk and with all that fetch them."""
