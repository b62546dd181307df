"""Reading DUO's school files: their columns, their kinds, and what their lines say."""
