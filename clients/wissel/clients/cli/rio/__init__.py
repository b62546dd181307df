"""Commands of the service desk that bring what RIO, DUO and others publish of schools."""
