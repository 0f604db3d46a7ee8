"""dbt on an emulated Athena. Views need Spark SQL, so this emulator runs Sail: `npx anysession engines install sail`."""

import os
import pathlib
import subprocess

import pytest
from conftest import AWS_KEYS, emulate

PROJECT = pathlib.Path(__file__).parent / "dbt"


@pytest.fixture(scope="session")
def spark_environment():
    with emulate("--services", "athena", "--engine", "sail") as addresses:
        yield {
            **os.environ,
            **AWS_KEYS,
            "AWS_REGION": AWS_KEYS["AWS_DEFAULT_REGION"],
            "AWS_ENDPOINT_URL_ATHENA": addresses["athena"],
            "ANYSESSION_ATHENA_WORKGROUP": "spark35",
        }


def test_models_build(spark_environment):
    command = ["npx", "anysession", "exec", "--provider", "athena", "--", "dbt", "run", "--profiles-dir", "."]
    ended = subprocess.run(command, cwd=PROJECT, env=spark_environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "PASS=1" in ended.stdout
