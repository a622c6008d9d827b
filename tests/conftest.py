"""What every test may count on."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# What is generated may take its time: the machines that test are busy, and first calls import. The examples are the
# same each time, so that what fails belongs to the change that is tested; `make explore` tries others.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", PATIENT)
settings.register_profile("patient", PATIENT, derandomize=True)
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_works() -> Iterator[None]:
    """A shell starts background jobs with Ctrl-C ignored; the tests that send it want what a user's process has."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
