"""How many seeds the exercises are tried on: 8, or 200 with `pytest --full`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="try every exercise on 200 seeds in place of 8")


@pytest.fixture(scope="session")
def seeds(request: pytest.FixtureRequest) -> range:
    return range(200 if request.config.getoption("--full") else 8)
