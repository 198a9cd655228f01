"""How many seeds the exercises are tried on: 8, or 200 with `pytest --full`; and a home to run commands in."""

import subprocess
from pathlib import Path

import pytest
from running import Run, piped
from test_quiz_pipe import DECK


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="try every exercise on 200 seeds in place of 8")


@pytest.fixture(scope="session")
def seeds(request: pytest.FixtureRequest) -> range:
    return range(200 if request.config.getoption("--full") else 8)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def run(tmp_path: Path, cache: str) -> Run:
    """Run a command in a home whose own decks are one of each kind of card."""
    path = tmp_path / "data" / "studyrnn" / "decks" / "seven.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(DECK, "utf-8")

    def ran(*arguments: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return piped(tmp_path, *arguments, typed=typed, **{"XDG_CACHE_HOME": cache, **more})

    return ran
