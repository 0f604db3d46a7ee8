"""Airflow's operators for batches of Dataproc, without a scheduler or a database: a test calls `execute` itself."""

import json

import grpc
import pytest
from airflow.providers.google.cloud.hooks.dataproc import DataprocHook
from airflow.providers.google.cloud.operators.dataproc import (
    DataprocCreateBatchOperator,
    DataprocDeleteBatchOperator,
    DataprocListBatchesOperator,
)
from google.cloud.dataproc_v1 import BatchControllerClient
from google.cloud.dataproc_v1.services.batch_controller.transports import BatchControllerGrpcTransport

PLACE = {"project_id": "my-project", "region": "us-central1"}


@pytest.fixture
def dataproc(emulator, monkeypatch):
    """Gives the hook a client without TLS, and a connection without credentials."""
    connection = {"conn_type": "google_cloud_platform", "extra": {"is_anonymous": True, "project": "my-project"}}
    monkeypatch.setenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT", json.dumps(connection))
    with grpc.insecure_channel(emulator["dataprocGrpc"].split("//")[-1]) as channel:
        client = BatchControllerClient(transport=BatchControllerGrpcTransport(channel=channel))
        monkeypatch.setattr(DataprocHook, "get_batch_client", lambda self, region=None: client)
        yield


class Task:
    """What an operator needs of a task instance: a place for the link to its batch."""

    def xcom_push(self, **_):
        pass


def test_batch_succeeds_and_is_deleted(dataproc):
    context = {"task_instance": Task(), "ti": Task()}
    batch = {"pyspark_batch": {"main_python_file_uri": "gs://my-bucket/job.py"}}
    done = DataprocCreateBatchOperator(task_id="create", batch=batch, batch_id="nightly", **PLACE).execute(context)
    assert done["state"] == 5  # SUCCEEDED
    DataprocDeleteBatchOperator(task_id="delete", batch_id="nightly", **PLACE).execute(context)
    assert DataprocListBatchesOperator(task_id="list", **PLACE).execute(context) == []
