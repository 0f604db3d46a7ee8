"""Fixtures that run the emulators of anysession, for tests of your own code. Needs Node: `npm install anysession`."""

import contextlib
import json
import subprocess

import pytest

AWS_KEYS = {"AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated", "AWS_DEFAULT_REGION": "us-east-1"}


@contextlib.contextmanager
def emulate(*options):
    """Runs `anysession emulate` and yields the addresses that it prints."""
    process = subprocess.Popen(["npx", "anysession", "emulate", *options], stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def emulator():
    """The addresses of the emulated services. They start once for all tests; a session takes 200 ms to start."""
    with emulate("--startup-ms", "200") as addresses:
        yield addresses


@pytest.fixture
def aws(emulator, monkeypatch):
    """Points boto3, the AWS CLI and everything built on them to the emulators."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", emulator["athena"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_EMR_SERVERLESS", emulator["emrServerless"])
    for name, value in AWS_KEYS.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
