"""boto3 on an emulated Athena: the code under test starts a session, waits for it and ends it."""

import time

import boto3


def run_session():
    """The code under test."""
    athena = boto3.client("athena")
    session = athena.start_session(WorkGroup="spark35", EngineConfiguration={})["SessionId"]
    while (state := athena.get_session_status(SessionId=session)["Status"]["State"]) != "IDLE":
        assert state in ("CREATING", "CREATED"), state
        time.sleep(0.1)
    athena.terminate_session(SessionId=session)
    return session


def test_leaves_no_session_behind(aws):
    session = run_session()
    live = boto3.client("athena").list_sessions(WorkGroup="spark35")["Sessions"]
    assert session not in [each["SessionId"] for each in live]
