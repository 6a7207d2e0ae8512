"""The settings files: where they are, what they hold, which of them count.

Owns `config.toml`, the `.env` files and the list of allowed ones. Only this package imports
python-dotenv. It knows no terminal: to ask the user, it calls a function that it was given.
`core.settings` owns what values mean and where a key may be sent.

It exports nothing, because completion in the shell needs only `paths` and must not load more.
"""
