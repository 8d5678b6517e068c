"""Commands that start a server, and the address on which it listens, as told or by default.

Options and defaults: uvicorn, gunicorn, hypercorn, Flask, FastAPI's command, Streamlit, MLflow 3,
BentoML, Ray Serve, Triton, TorchServe, TensorFlow Serving, vLLM, by their documentation.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import shell
from mlops_checklist.sources.shell import Command, Word


class Server(NamedTuple):
    """A command that answers requests.

    `host` is the address that it listens on, "" where that is not told; `at` is where the host
    stands, or the command; `app` is what it runs ("app.main:app" or a path), "" if nothing is
    named; `models` tells that the program serves models and nothing else.
    """

    program: str
    host: str
    at: Place
    app: str
    models: bool


class _Kind(NamedTuple):
    options: tuple[str, ...]  # that name the host
    default: str
    models: bool = False
    variable: str = ""  # of the environment that names the host


_LOCAL, _ALL = "127.0.0.1", "0.0.0.0"
_KINDS = {
    "uvicorn": _Kind(("--host",), _LOCAL, variable="UVICORN_HOST"),
    "gunicorn": _Kind(("--bind", "-b"), _LOCAL, variable="GUNICORN_CMD_ARGS"),
    "hypercorn": _Kind(("--bind", "-b"), _LOCAL),
    "granian": _Kind(("--host",), _LOCAL, variable="GRANIAN_HOST"),
    "daphne": _Kind(("--bind", "-b"), _LOCAL),
    "waitress-serve": _Kind(("--listen", "--host"), _ALL),
    "flask run": _Kind(("--host", "-h"), _LOCAL, variable="FLASK_RUN_HOST"),
    "fastapi run": _Kind(("--host",), _ALL),
    "fastapi dev": _Kind(("--host",), _LOCAL),
    "streamlit run": _Kind(("--server.address",), _ALL, variable="STREAMLIT_SERVER_ADDRESS"),
    "mlflow models": _Kind(("--host", "-h"), _LOCAL, models=True),
    "bentoml serve": _Kind(("--host",), _ALL, models=True),
    "bentoml start": _Kind(("--host",), _ALL, models=True),
    "serve run": _Kind((), "", models=True),
    "tritonserver": _Kind(("--http-address",), _ALL, models=True),
    "torchserve": _Kind((), "", models=True),
    "tensorflow_model_server": _Kind((), _ALL, models=True),
    "vllm serve": _Kind(("--host",), _ALL, models=True),
    "text-generation-launcher": _Kind(("--hostname",), _ALL, models=True),
    "mlserver start": _Kind((), _ALL, models=True),
    "seldon-core-microservice": _Kind((), _ALL, models=True),
    "panel serve": _Kind(("--address",), ""),
    "voila": _Kind(("--Voila.ip",), ""),
    "shiny run": _Kind(("--host", "-h"), _LOCAL),
}
_MODULES = {"uvicorn", "gunicorn", "hypercorn", "flask", "streamlit", "mlflow", "bentoml"}


def server(command: Command, environment: frozenset[str] = frozenset()) -> Server | None:
    """Return the server that a command starts, or None.

    `environment` are the names of variables that are set for it, by which a host may be given.
    """
    words = shell.unwrapped(command).words
    if words and re.fullmatch(r"python[\d.]*", os.path.basename(words[0].text)):
        named = len(words) > 2 and words[1].text == "-m" and words[2].text in _MODULES
        words = words[2:] if named else ()
    elif (
        len(words) > 2
        and words[0].text in ("uv", "poetry", "pdm", "pipenv")
        and (words[1].text == "run")
    ):
        words = words[2:]
    if not words:
        return None
    program = os.path.basename(words[0].text)
    plain = [word.text for word in words[1:] if not word.text.startswith("-")]
    for name in (program, f"{program} {plain[0] if plain else ''}"):
        if (kind := _KINDS.get(name)) is not None:
            if name == "mlflow models" and plain[1:2] != ["serve"]:
                return None
            return _told(name, kind, words, environment | {each for each, _ in command.assignments})
    return None


def _told(name: str, kind: _Kind, words: tuple[Word, ...], environment: frozenset[str]) -> Server:
    host, at = kind.default, words[0].place
    for index, word in enumerate(words[1:], 1):
        option, equals, _ = word.text.partition("=")
        if option in kind.options:
            given = (
                word.part(len(option) + 1)
                if equals
                else (words[index + 1 : index + 2] or [word])[0]
            )
            host, at = _host(given.text), given.place
        elif option in ("-c", "--config") and name in ("gunicorn", "hypercorn"):
            host = ""  # the file tells
    if kind.variable in environment and at == words[0].place:
        host = ""
    app = next(
        (word.text for word in words[1:] if re.fullmatch(r"[\w.]+:[\w.()]+|\S+\.py", word.text)), ""
    )
    return Server(name, host, at, app, kind.models)


def _host(text: str) -> str:
    """Return the address in "127.0.0.1:8000", "[::1]:80" or "localhost"; "" if it is not told."""
    if "$" in text or "{" in text or text.startswith(("unix:", "fd:")):
        return ""
    text = re.sub(r"^\w+://", "", text)
    return text.rpartition(":")[0].strip("[]") if text.count(":") == 1 or "]" in text else text


def is_local(host: str) -> bool:
    """Tell whether an address is that of the machine itself, which nobody else reaches."""
    return re.fullmatch(r"localhost|127(?:\.\d+){3}|::1", host) is not None
