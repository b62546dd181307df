"""Tables in files: CSV for spreadsheets and for programs."""
