"""Airflow's operators for sessions of EMR Serverless, without a scheduler or a database: a test calls `execute` itself."""

import boto3
from airflow.providers.amazon.aws.operators.emr import (
    EmrServerlessGetSessionEndpointOperator,
    EmrServerlessStartSessionOperator,
    EmrServerlessStopSessionOperator,
)

APPLICATION = "00emulated1"
ROLE = "arn:aws:iam::123456789012:role/emulated"
COMMON = {"application_id": APPLICATION, "aws_conn_id": None}


def test_session_starts_and_stops(aws):
    start = EmrServerlessStartSessionOperator(
        task_id="start", execution_role_arn=ROLE, waiter_delay=1, waiter_max_attempts=30, **COMMON
    )
    session = start.execute({})["session_id"]
    endpoint = EmrServerlessGetSessionEndpointOperator(task_id="endpoint", session_id=session, **COMMON).execute({})
    assert endpoint["endpoint"].startswith("http")
    EmrServerlessStopSessionOperator(
        task_id="stop", session_id=session, waiter_delay=1, waiter_max_attempts=30, **COMMON
    ).execute({})
    answer = boto3.client("emr-serverless").get_session(applicationId=APPLICATION, sessionId=session)
    assert answer["session"]["state"] == "TERMINATED"
