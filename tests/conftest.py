"""What holds for every test."""

from hypothesis import settings

# The same examples each time, and no limit of time on one: a test that fails says something
# about the change, not about luck or a busy machine. `--hypothesis-profile default` looks further.
settings.load_profile("ci")
