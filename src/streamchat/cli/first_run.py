"""The questions of the first run and of /login: which server, and with which key.

Rules: a pasted key is not shown, is checked with one free request, and is kept only where the
user says so. A server on this machine is asked for its models only after it was chosen, and
without a key. Ctrl-C stops the wait for a server. Leaving changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol, TypeVar

from streamchat.api import Server
from streamchat.api.local_servers import USUAL, LocalServer, is_running
from streamchat.api.server import checked
from streamchat.api.wording import KEY_ADVICE
from streamchat.cli.environment import Environment
from streamchat.cli.invocation import Invocation
from streamchat.cli.run import Run
from streamchat.cli.signals import without_echo
from streamchat.config.profiles import local_profiles
from streamchat.config.writing import KEY_VARIABLE, add_profile, keep_key, read_pasted_key
from streamchat.core.errors import (
    ApiError,
    ConfigError,
    CutOff,
    InvalidRequest,
    NoPermission,
)
from streamchat.core.options import DEFAULT_URL
from streamchat.core.settings import (
    Layer,
    RawValue,
    SettingSource,
    choose_proxy,
    parse_address,
    read_certificates,
)
from streamchat.posix.signals import interruptible

T = TypeVar("T")
MOST_MODELS = 15  # in the list of a local server
WELCOME = "There is no API key yet. How do you want to begin?"
SILENT_S = 1.0  # of waiting for a server before a line says so
GO_ON = "Which server do you want to use?"
KEY_QUESTION = "Paste your API key from console.anthropic.com"


class FirstRunQuestions(Protocol):
    """Asks on the terminal; None means that the user left the question. What was typed before
    a question that `comes_by_itself` does not count as its answer."""

    async def choose(
        self, question: str, options: Sequence[tuple[T, str]], *, comes_by_itself: bool = ...
    ) -> T | None: ...

    async def ask_secret(self, question: str) -> str | None: ...


class FirstStep(Enum):
    """How to begin without a local server."""

    KEY = "paste an API key"
    DEMO = "try the demo: a built-in server answers, no key, no network"
    QUIT = "quit"
    STAY = "leave it as it is"


BuildRun = Callable[[Invocation, Environment], Run]
ListModels = Callable[[Server], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The questions, until one of the ways leads to a run with a server."""

    run: Run
    build_run: BuildRun
    questions: FirstRunQuestions
    list_models: ListModels
    servers: tuple[LocalServer, ...]
    is_login: bool = False  # a chat runs already

    async def choose(self) -> Run | None:
        """The run that the user chose; None when they leave."""
        options: list[tuple[FirstStep | LocalServer, str]] = [
            (FirstStep.KEY, FirstStep.KEY.value)
        ]
        options += [
            (each, f"chat with {each.title}, which seems to run at {each.base_url}")
            for each in self.servers
        ]
        others = (FirstStep.STAY,) if self.is_login else (FirstStep.DEMO, FirstStep.QUIT)
        options += [(way, way.value) for way in others]
        while True:
            question = GO_ON if self.is_login else WELCOME
            match await self._choose(question, options):
                case FirstStep.QUIT | FirstStep.STAY | None:
                    return None
                case FirstStep.DEMO:
                    return self._with_flag("demo", "on")
                case FirstStep.KEY:
                    chosen = await self._with_key()
                case LocalServer() as server:
                    chosen = await self._with_server(server)
            if chosen is not None:
                return chosen

    async def _with_key(self) -> Run | None:
        pasted = await self.questions.ask_secret(KEY_QUESTION)
        if pasted is None:
            return None
        try:
            key = checked(read_pasted_key(pasted), "API key")
        except NoPermission as error:
            self._say(error.message)
            return None
        if key is None:
            self._say("No key was pasted.")
            return None
        if not await self._is_accepted(key):
            return None
        where = str(self.run.paths.env_file).replace(f"{self.run.env.home}/", "~/")
        keeps = await self._choose(
            "Save the key?",
            [
                (True, f"save it in {where}, which only you can read"),
                (False, "use it for this chat only"),
            ],
        )
        if keeps is None:
            return None
        env = self.run.env
        is_exported = bool(env.environ.get(KEY_VARIABLE))
        if keeps:
            keep_key(self.run.paths, key)
            self.run.notes.note(f"The key is in {where}.")
            if is_exported:
                self.run.notes.note(f"At the next start, {KEY_VARIABLE} takes precedence.")
        if is_exported or not keeps:
            env = replace(env, environ={**env.environ, KEY_VARIABLE: key})
        return self.build_run(self._without_profile(), env)

    def _without_profile(self) -> Invocation:
        """The command line without another server: the key is one of Anthropic."""
        invocation = self.run.invocation
        if not self.run.settings.profile:
            return invocation
        values = {**invocation.flags.values, "profile": RawValue("", "/login")}
        return replace(invocation, flags=replace(invocation.flags, values=values))

    async def _is_accepted(self, key: str) -> bool:
        """Whether the server accepts the key. A key that cannot be checked now is accepted."""
        try:
            models = await self._ask_models(self._default_server(key), "The key is checked")
        except NoPermission as error:
            self._say(error.message.removesuffix(f" {KEY_ADVICE}"), key=key)
            return False
        except ApiError as error:
            self._say(f"{error.message} The key could not be checked.", key=key)
        else:
            if models is None:
                self._say("Stopped. The key was not checked.")
        return True

    def _default_server(self, key: str) -> Server:
        environ = self.run.env.environ
        proxy = choose_proxy(parse_address(DEFAULT_URL), environ)
        return Server(api_key=key, proxy=proxy, certificates=read_certificates(environ))

    async def _with_server(self, server: LocalServer) -> Run | None:
        if server.name in local_profiles(self.run.paths):
            return self._with_flag("profile", server.name)
        asked = Server(server.base_url)
        try:
            models = await self._ask_models(asked, f"{server.title} is asked for its models")
        except ApiError as error:
            self._say(_describe_failure(error, server))
            return None
        if models is None:
            return None
        models = [model for model in models if model.isprintable()]
        if not models:
            self._say(f"{server.title} has no models yet.")
            return None
        listed = [(model, model) for model in models[:MOST_MODELS]]
        model = await self._choose("Which model?", listed)
        if model is None:
            return None
        paths = self.run.paths
        name = add_profile(paths, server.name, base_url=server.base_url, model=model)
        self.run.notes.note(f"Profile {name} is in {paths.config_file}.")
        return self._with_flag("profile", name)

    async def _ask_models(self, server: Server, waiting: str) -> list[str] | None:
        """The models of the server; None if the user stopped the wait. Raises ApiError."""
        task = asyncio.ensure_future(self.list_models(server))

        def stop() -> None:
            task.cancel()

        try:
            with interruptible(stop), without_echo(self.run.env.stdin):
                if not (await asyncio.wait({task}, timeout=SILENT_S))[0]:
                    self.run.notes.note(f"{waiting}; Ctrl-C stops it.")
                    await asyncio.wait({task})
        finally:
            task.cancel()
        return None if task.cancelled() else task.result()

    def _with_flag(self, option: str, text: str) -> Run:
        invocation = self.run.invocation
        values = {**invocation.flags.values, option: RawValue(text, f"--{option}")}
        flags = Layer(SettingSource.FLAG, values)
        return self.build_run(replace(invocation, flags=flags), self.run.env)

    async def _choose(self, question: str, options: Sequence[tuple[T, str]]) -> T | None:
        """Ask; the user does not expect the first question or one after looking at a
        server."""
        return await self.questions.choose(question, options, comes_by_itself=True)

    def _say(self, text: str, *, key: str = "") -> None:
        self.run.notes.warn(text.replace(key, "…") if key else text)


def _describe_failure(error: ApiError, server: LocalServer) -> str:
    """Why that server cannot be used; it names the address, because the user may not know
    it."""
    where = server.base_url
    match error:
        case NoPermission():
            return (
                f"{where} asks for a key. Put base_url and api_key_env into a profile of"
                " config.toml, and start with --profile."
            )
        case CutOff() | InvalidRequest():
            return f"What answers at {where} is not {server.title}, or has no Messages API yet."
    return error.message


async def list_models(server: Server) -> list[str]:
    """The ids of the server's models: one request, which is free. Raises ApiError."""
    from streamchat.api import ApiClient, Deadlines

    client = ApiClient(server, Deadlines(idle_s=15.0))
    try:
        return [model.id for model in await client.models()]
    finally:
        await client.aclose()


def find_servers(run: Run) -> tuple[LocalServer, ...]:
    """The servers on this machine: those that config.toml names, then the usual ports."""
    try:
        named = local_profiles(run.paths)
    except ConfigError:
        named = {}
    own = [LocalServer(f"profile {name}", name, url) for name, url in named.items()]
    taken = {url.replace("localhost", "127.0.0.1") for url in named.values()}
    usual = [server for server in USUAL if server.base_url not in taken]
    return tuple(filter(is_running, [*own, *usual]))
