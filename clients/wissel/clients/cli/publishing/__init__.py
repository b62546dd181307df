"""Overviews for everybody: a site, a workbook and JSON that any web server can hand out."""
