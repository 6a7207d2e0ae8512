"""`python -m streamchat.settings > .env.example` writes that file anew."""

import sys

from streamchat.settings import env_example

sys.stdout.write(env_example())
