"""`python -m streamchat.core.settings > .env.example` writes that file anew."""

import sys

from streamchat.core.settings import env_example

sys.stdout.write(env_example())
