"""google-cloud-dataproc on an emulated Dataproc. The emulator speaks plain HTTP/2, so the client gets a channel without TLS."""

import grpc
import pytest
from google.cloud import dataproc_v1 as dataproc
from google.cloud.dataproc_v1.services.session_controller.transports import SessionControllerGrpcTransport

PARENT = "projects/my-project/locations/us-central1"


@pytest.fixture
def sessions(emulator):
    with grpc.insecure_channel(emulator["dataprocGrpc"].split("//")[-1]) as channel:
        yield dataproc.SessionControllerClient(transport=SessionControllerGrpcTransport(channel=channel))


def test_session_becomes_active_and_ends(sessions):
    session = dataproc.Session(spark_connect_session={}, runtime_config={"version": "3.0"})
    created = sessions.create_session(parent=PARENT, session=session, session_id="recipe-session").result(timeout=60)
    assert created.state == dataproc.Session.State.ACTIVE
    ended = sessions.terminate_session(name=created.name).result(timeout=60)
    assert ended.state == dataproc.Session.State.TERMINATED
