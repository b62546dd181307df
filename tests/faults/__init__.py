"""The fault kit: real processes, hurt at every step of a forward, and compared afterwards.

`network` stands between them, `parts` are the processes, `database` is what the
hub writes to, `stage` puts them together, `waves` runs one fault against
messages at all steps at once, `story` tells what each side knows of a message,
`rules` says what must hold, `hurting` is what can happen, `scenarios` the table
of what is tried, and `storm` all of it at random. `fetching` does the same to a fetch.
"""
