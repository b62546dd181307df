"""What holds for every test."""

import signal

from hypothesis import settings

# The same examples each time, and no limit of time on one: a test that fails says something
# about the change, not about luck or a busy machine. `--hypothesis-profile default` looks further.
settings.load_profile("ci")

# A shell starts what runs in the background with SIGINT ignored, and so would be all that tests
# start: commands that are interrupted would go on.
signal.signal(signal.SIGINT, signal.default_int_handler)
