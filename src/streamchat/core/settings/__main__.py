"""`python -m streamchat.core.settings > .env.example` regenerates that file."""

import sys

from streamchat.core.settings.report import env_example

sys.stdout.write(env_example())
