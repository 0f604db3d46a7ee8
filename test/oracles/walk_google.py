"""
Google's own Python client walks Dataproc's sessions over gRPC: create, get, list with a filter, terminate, delete, and the refusals.
Arguments: the gRPC address and the REST address of the Dataproc emulator; with a virtual clock.
"""

import sys
import uuid

import grpc
from google.api_core import exceptions
from google.cloud import dataproc_v1
from google.cloud.dataproc_v1.services.session_controller.transports import SessionControllerGrpcTransport
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import duration_pb2

from findings import Control, Findings

PARENT = "projects/p/locations/us-central1"
State = dataproc_v1.Session.State

findings = Findings(f"google-cloud-dataproc {dataproc_v1.gapic_version.__version__} over gRPC")


def refused(claim, error, call):
    try:
        answer = call()
    except exceptions.GoogleAPICallError as thrown:
        return findings.record(claim, type(thrown) is error, repr(thrown))
    return findings.record(claim, False, answer)


def session(**members):
    return dataproc_v1.Session(spark_connect_session=dataproc_v1.SparkConnectConfig(), **members)


def walk(address, control):
    channel = grpc.insecure_channel(address)
    client = dataproc_v1.SessionControllerClient(transport=SessionControllerGrpcTransport(channel=channel))
    name = f"{PARENT}/sessions/walk-google"
    request_id = str(uuid.uuid4())

    def create(session_id="walk-google", request_id="", **members):
        # Without retry and with a deadline: one call, one answer.
        return client.create_session(
            dataproc_v1.CreateSessionRequest(
                parent=PARENT, session_id=session_id, request_id=request_id, session=session(**members)
            ),
            retry=None, timeout=10,
        )  # fmt: skip

    def get(session_name=name):
        return client.get_session(name=session_name, retry=None, timeout=10)

    operation = create(request_id=request_id, labels={"pool": "a"})
    findings.record("CreateSession answers an operation with its metadata", operation.metadata.session == name, operation.metadata)
    findings.record("GetSession works while the session is created", get().state == State.CREATING)
    again = create(request_id=request_id, labels={"pool": "b"})
    findings.record("CreateSession replays a request id", again.operation.name == operation.operation.name)
    refused("CreateSession refuses an id that is taken", exceptions.AlreadyExists, create)
    refused("TerminateSession refuses a session that is created", exceptions.Aborted, lambda: client.terminate_session(name=name))

    control.advance(1000)
    seen = get()
    lagging = seen.state == State.ACTIVE and not seen.runtime_info.endpoints
    findings.record("A session is ACTIVE before its endpoint is there", lagging, seen)
    control.advance(200)
    seen = get()
    endpoint = seen.runtime_info.endpoints.get("Spark Connect Server", "")
    findings.record("The endpoint appears under the key that Google's Spark client reads", endpoint.startswith("sc://"), seen)
    findings.record("The session has its uuid, creator, times and history", seen.uuid and seen.creator and seen.create_time and seen.state_history)
    result = operation.result(timeout=20)
    findings.record("The operation ends with the session", result.name == name and result.uuid == seen.uuid, result)
    raw = operations_pb2_grpc.OperationsStub(channel).GetOperation(
        operations_pb2.GetOperationRequest(name=operation.operation.name), timeout=10
    )
    findings.record("google.longrunning.Operations answers on the same port", raw.done and raw.HasField("response"), raw)

    for index in range(3):
        create(session_id=f"list-{index}", labels={"pool": "b"})
    control.advance(1200)
    listed = list(client.list_sessions(dataproc_v1.ListSessionsRequest(parent=PARENT, filter="state = ACTIVE and labels.pool = b", page_size=2)))
    findings.record("ListSessions filters and turns pages", len({each.uuid for each in listed}) == 3 == len(listed), listed)
    refused(
        "ListSessions refuses a filter it does not understand", exceptions.InvalidArgument,
        lambda: client.list_sessions(dataproc_v1.ListSessionsRequest(parent=PARENT, filter="color = red")),
    )  # fmt: skip

    refused("CreateSession refuses too short an id", exceptions.InvalidArgument, lambda: create(session_id="abc"))
    too_short = dataproc_v1.EnvironmentConfig(execution_config=dataproc_v1.ExecutionConfig(ttl=duration_pb2.Duration(seconds=599)))
    refused("CreateSession refuses too short a ttl", exceptions.InvalidArgument, lambda: create(session_id="short-ttl", environment_config=too_short))
    refused("GetSession refuses an unknown name", exceptions.NotFound, lambda: get(f"{PARENT}/sessions/nobody"))
    control.fault(kind="throttle", operation="GetSession")
    refused("A used up quota is ResourceExhausted", exceptions.ResourceExhausted, get)
    control.fault(kind="error", code="PERMISSION_DENIED", httpStatus=403, operation="GetSession")
    refused("A missing permission is PermissionDenied", exceptions.PermissionDenied, get)
    control.fault(kind="reset", when="before", operation="GetSession")
    refused("A reset connection is ServiceUnavailable", exceptions.ServiceUnavailable, get)

    ending = client.terminate_session(name=name)
    findings.record("A session is still shown as ACTIVE right after TerminateSession", get().state == State.ACTIVE)
    refused("TerminateSession refuses a session that is ending", exceptions.FailedPrecondition, lambda: client.terminate_session(name=name))
    control.advance(100)
    findings.record("Then it is TERMINATING", get().state == State.TERMINATING)
    control.advance(200)
    findings.record("Then it is TERMINATED", ending.result(timeout=20).state == State.TERMINATED and get().state == State.TERMINATED)
    refused("The name of an ended session is still taken", exceptions.AlreadyExists, create)
    client.delete_session(name=name).result(timeout=20)
    refused("A deleted session is unknown", exceptions.NotFound, get)
    create()
    findings.record("DeleteSession frees the name", get().state == State.CREATING)

    control.fault(kind="session-becomes", state="FAILED", reason="no capacity")
    failing = create(session_id="failing")
    control.advance(1)
    try:
        failing.result(timeout=20)
        findings.record("An operation that fails says so", False)
    except exceptions.GoogleAPICallError as thrown:
        failed = get(f"{PARENT}/sessions/failing")
        findings.record("An operation that fails says so, and so does the session", failed.state == State.FAILED and failed.state_message == "no capacity", thrown)


grpc_url, rest_url = sys.argv[1:]
walk(grpc_url.removeprefix("http://"), Control(rest_url))
findings.finish()
