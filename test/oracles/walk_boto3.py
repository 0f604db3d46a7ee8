"""
boto3, a client we did not write, walks both services: start, ready, list, endpoint, terminate, and requests that must be refused.
Arguments: the address of the Athena emulator and that of the EMR Serverless emulator; both with a virtual clock.
"""

import datetime
import re
import sys
import uuid

import boto3
import botocore.exceptions
from botocore.config import Config

from findings import Control, Findings

APPLICATION = "00emulated1"
ROLE = "arn:aws:iam::123456789012:role/emulated"
CREDENTIALS = {"region_name": "us-east-1", "aws_access_key_id": "EMULATED", "aws_secret_access_key": "emulated"}

findings = Findings(f"boto3 {boto3.__version__}")


def client(service, url, **config):
    retries = {"max_attempts": config.pop("attempts", 1), "mode": "standard"}
    settings = Config(retries=retries, parameter_validation=False, inject_host_prefix=False, **config)
    return boto3.client(service, endpoint_url=url, config=settings, **CREDENTIALS)


def refused(claim, code, status, call):
    try:
        answer = call()
    except botocore.exceptions.ClientError as error:
        got = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        return findings.record(claim, got == (code, status), error)
    return findings.record(claim, False, answer)


def walk_athena(url):
    athena, control, token = client("athena", url), Control(url), str(uuid.uuid4())

    def state(session_id):
        return athena.get_session_status(SessionId=session_id)["Status"]["State"]

    engine = athena.get_work_group(WorkGroup="spark35")["WorkGroup"]["Configuration"]["EngineVersion"]["EffectiveEngineVersion"]
    findings.record("Athena GetWorkGroup names the engine", engine == "Apache Spark version 3.5", engine)
    start = {"WorkGroup": "spark35", "EngineConfiguration": {}, "ClientRequestToken": token, "Description": "walk"}
    session_id = athena.start_session(**start)["SessionId"]
    findings.record("Athena StartSession begins in CREATING", state(session_id) == "CREATING")
    findings.record("Athena StartSession replays a token", athena.start_session(**start)["SessionId"] == session_id)
    refused(
        "Athena StartSession refuses a token with other parameters", "InvalidRequestException", 400,
        lambda: athena.start_session(**{**start, "Description": "other"}),
    )  # fmt: skip
    refused(
        "Athena GetSessionEndpoint refuses before the session is ready", "InvalidRequestException", 400,
        lambda: athena.get_session_endpoint(SessionId=session_id),
    )  # fmt: skip
    control.advance(1000)
    session = athena.get_session(SessionId=session_id)
    findings.record("Athena GetSession shows IDLE and since when", session["Status"]["State"] == "IDLE", session["Status"])
    since = session["Status"].get("IdleSinceDateTime")
    findings.record("Athena times are read as dates", isinstance(since, datetime.datetime), since)
    listed = athena.list_sessions(WorkGroup="spark35")["Sessions"]
    findings.record("Athena ListSessions shows the session", [row["SessionId"] for row in listed] == [session_id], listed)
    endpoint = athena.get_session_endpoint(SessionId=session_id)
    host = re.fullmatch(r"http://127\.0\.0\.1:\d+", endpoint["EndpointUrl"])
    findings.record("Athena GetSessionEndpoint gives address, token and expiry", host and endpoint["AuthToken"], endpoint["EndpointUrl"])
    arn = f"arn:aws:athena:us-east-1:123456789012:workgroup/spark35/session/{session_id}"
    findings.record("Athena GetResourceDashboard gives a URL", athena.get_resource_dashboard(ResourceARN=arn)["Url"].startswith("https://"))
    athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "team", "Value": "data"}, {"Key": "stage", "Value": "test"}])
    athena.untag_resource(ResourceARN=arn, TagKeys=["stage"])
    tags = athena.list_tags_for_resource(ResourceARN=arn)["Tags"]
    findings.record("Athena adds, removes and lists tags", tags == [{"Key": "team", "Value": "data"}], tags)
    refused_by_athena(athena, session_id)
    second = athena.start_session(WorkGroup="spark35", EngineConfiguration={})["SessionId"]
    refused(
        "Athena StartSession refuses beyond the DPU quota", "TooManyRequestsException", 400,
        lambda: athena.start_session(WorkGroup="spark35", EngineConfiguration={}),
    )  # fmt: skip
    first_page = athena.list_sessions(WorkGroup="spark35", MaxResults=1)
    last_page = athena.list_sessions(WorkGroup="spark35", MaxResults=1, NextToken=first_page["NextToken"])
    order = [row["SessionId"] for page in (first_page, last_page) for row in page["Sessions"]]
    findings.record("Athena ListSessions turns pages, newest first", order == [second, session_id] and "NextToken" not in last_page, order)
    for one in (session_id, second):
        athena.terminate_session(SessionId=one)
    findings.record("Athena TerminateSession goes through TERMINATING", state(session_id) == "TERMINATING")
    control.advance(1000)
    findings.record("Athena TerminateSession ends in TERMINATED", state(session_id) == "TERMINATED")
    findings.record("Athena TerminateSession again succeeds", athena.terminate_session(SessionId=session_id)["State"] == "TERMINATED")
    walk_calculations(athena, control)
    control.fault(kind="throttle", service="athena", operation="GetSessionStatus", retryAfterMs=1000)
    again = client("athena", url, attempts=3).get_session_status(SessionId=session_id)
    findings.record("Athena throttling is retried by the client", again["ResponseMetadata"]["RetryAttempts"] == 1, again["ResponseMetadata"])
    control.fault(kind="reset", when="after", service="athena", operation="StartSession")
    once = client("athena", url, attempts=3).start_session(**{**start, "ClientRequestToken": str(uuid.uuid4())})["SessionId"]
    athena.terminate_session(SessionId=once)
    started = [row for row in control.oracle()["sessions"] if row["service"] == "athena" and row["state"] != "TERMINATED"]
    findings.record("Athena StartSession whose answer was lost starts once", [row["id"] for row in started] == [once], started)
    control.advance(1000)


def refused_by_athena(athena, session_id):
    refused(
        "Athena refuses a SQL workgroup", "InvalidRequestException", 400,
        lambda: athena.start_session(WorkGroup="sql", EngineConfiguration={}),
    )  # fmt: skip
    refused(
        "Athena refuses an unknown workgroup", "ResourceNotFoundException", 400,
        lambda: athena.start_session(WorkGroup="nowhere", EngineConfiguration={}),
    )  # fmt: skip
    refused(
        "Athena refuses settings of PySpark engine version 3 on Spark 3.5", "InvalidRequestException", 400,
        lambda: athena.start_session(WorkGroup="spark35", EngineConfiguration={"CoordinatorDpuSize": 1}),
    )  # fmt: skip
    refused(
        "Athena refuses calculations on Spark 3.5", "InvalidRequestException", 400,
        lambda: athena.start_calculation_execution(SessionId=session_id, CodeBlock="1"),
    )  # fmt: skip
    refused(
        "Athena refuses an unknown session", "InvalidRequestException", 400,
        lambda: athena.get_session(SessionId="00000000-0000-4000-8000-000000000000"),
    )  # fmt: skip
    refused(
        "Athena refuses an idle timeout out of range", "InvalidRequestException", 400,
        lambda: athena.start_session(WorkGroup="spark35", EngineConfiguration={}, SessionIdleTimeoutInMinutes=481),
    )  # fmt: skip
    refused(
        "Athena refuses a foreign page token", "InvalidRequestException", 400,
        lambda: athena.list_sessions(WorkGroup="spark35", NextToken="foreign"),
    )  # fmt: skip


def walk_calculations(athena, control):
    session_id = athena.start_session(WorkGroup="pyspark3", EngineConfiguration={"MaxConcurrentDpus": 2})["SessionId"]
    refused(
        "Athena refuses a calculation before IDLE", "InvalidRequestException", 400,
        lambda: athena.start_calculation_execution(SessionId=session_id, CodeBlock="1"),
    )  # fmt: skip
    control.advance(1000)
    refused(
        "Athena refuses an endpoint on PySpark engine version 3", "InvalidRequestException", 400,
        lambda: athena.get_session_endpoint(SessionId=session_id),
    )  # fmt: skip
    calculation = athena.start_calculation_execution(SessionId=session_id, CodeBlock="1")["CalculationExecutionId"]
    busy = athena.get_session_status(SessionId=session_id)["Status"]["State"]
    findings.record("Athena is BUSY while a calculation runs", busy == "BUSY", busy)
    control.advance(2000)
    done = athena.get_calculation_execution(CalculationExecutionId=calculation)
    complete = done["Status"]["State"] == "COMPLETED" and done["Result"]["ResultS3Uri"].startswith("s3://")
    findings.record("Athena completes a calculation with a result", complete, done["Status"])
    athena.terminate_session(SessionId=session_id)
    control.advance(1000)


def walk_emr_serverless(url):
    emr, control, token = client("emr-serverless", url), Control(url), "walk-1"
    start = {"applicationId": APPLICATION, "clientToken": token, "executionRoleArn": ROLE, "name": "walk"}
    session_id = emr.start_session(**start)["sessionId"]
    key = {"applicationId": APPLICATION, "sessionId": session_id}
    state = emr.get_session(**key)["session"]["state"]
    findings.record("EMR Serverless StartSession begins in SUBMITTED", state == "SUBMITTED", state)
    findings.record("EMR Serverless starts the application by itself", emr.get_application(applicationId=APPLICATION)["application"]["state"] == "STARTING")
    refused("EMR Serverless refuses an endpoint before the session is ready", "ValidationException", 400, lambda: emr.get_session_endpoint(**key))
    control.advance(1000)
    control.advance(1000)
    session = emr.get_session(**key)["session"]
    findings.record("EMR Serverless GetSession shows IDLE and since when", session["state"] == "IDLE" and "idleSince" in session, session)
    findings.record("EMR Serverless times are read as dates", isinstance(session["createdAt"], datetime.datetime), session["createdAt"])
    pages = emr.get_paginator("list_sessions").paginate(applicationId=APPLICATION, states=["IDLE", "BUSY"])
    listed = [row["sessionId"] for page in pages for row in page["sessions"]]
    findings.record("EMR Serverless ListSessions filters by states", listed == [session_id], listed)
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3650)
    none = emr.list_sessions(applicationId=APPLICATION, createdAtAfter=later)["sessions"]
    findings.record("EMR Serverless ListSessions filters by time", none == [], none)
    endpoint = emr.get_session_endpoint(**key)
    host = re.fullmatch(r"http://127\.0\.0\.1:\d+", endpoint["endpoint"])
    findings.record("EMR Serverless GetSessionEndpoint gives address, token of 2 KB and expiry", host and len(endpoint["authToken"]) > 2048)
    dashboard = emr.get_resource_dashboard(applicationId=APPLICATION, resourceId=session_id, resourceType="SESSION")["url"]
    findings.record("EMR Serverless GetResourceDashboard gives a URL", dashboard.startswith("https://"), dashboard)
    emr.tag_resource(resourceArn=session["arn"], tags={"team": "data", "stage": "test"})
    emr.untag_resource(resourceArn=session["arn"], tagKeys=["stage"])
    tags = emr.list_tags_for_resource(resourceArn=session["arn"])["tags"]
    findings.record("EMR Serverless adds, removes and lists tags", tags == {"team": "data"}, tags)
    findings.record("EMR Serverless StartSession replays a token", emr.start_session(**start)["sessionId"] == session_id)
    refused(
        "EMR Serverless refuses a token with other parameters", "ConflictException", 409,
        lambda: emr.start_session(**{**start, "name": "other"}),
    )  # fmt: skip
    refused(
        "EMR Serverless refuses an unknown session", "ResourceNotFoundException", 404,
        lambda: emr.get_session(applicationId=APPLICATION, sessionId="00nowhere"),
    )  # fmt: skip
    refused(
        "EMR Serverless refuses a name of spaces", "ValidationException", 400,
        lambda: emr.start_session(**{**start, "clientToken": "walk-2", "name": "  "}),
    )  # fmt: skip
    refused_applications(emr, control)
    greedy = [{"classification": "spark-defaults", "properties": {"spark.driver.cores": "300"}}]
    refused(
        "EMR Serverless refuses beyond the vCPUs of the account", "ServiceQuotaExceededException", 402,
        lambda: emr.start_session(**{**start, "clientToken": "greedy", "configurationOverrides": {"runtimeConfiguration": greedy}}),
    )  # fmt: skip
    others = [emr.start_session(**{**start, "clientToken": f"many-{index}"})["sessionId"] for index in range(24)]
    refused(
        "EMR Serverless refuses the 26th live session", "ServiceQuotaExceededException", 402,
        lambda: emr.start_session(**{**start, "clientToken": "many-25"}),
    )  # fmt: skip
    control.advance(2000)
    pages = emr.get_paginator("list_sessions").paginate(applicationId=APPLICATION, PaginationConfig={"PageSize": 7})
    listed = [row["sessionId"] for page in pages for row in page["sessions"]]
    findings.record("EMR Serverless ListSessions turns pages", sorted(listed) == sorted([session_id, *others]), len(listed))
    for one in (session_id, *others):
        emr.terminate_session(applicationId=APPLICATION, sessionId=one)
    state = emr.get_session(**key)["session"]["state"]
    findings.record("EMR Serverless TerminateSession goes through TERMINATING", state == "TERMINATING", state)
    control.advance(1000)
    state = emr.get_session(**key)["session"]["state"]
    findings.record("EMR Serverless TerminateSession ends in TERMINATED", state == "TERMINATED", state)
    emr.terminate_session(**key)
    findings.record("EMR Serverless TerminateSession again succeeds", True)


def refused_applications(emr, control):
    settings = {"type": "SPARK", "releaseLabel": "emr-7.12.0", "interactiveConfiguration": {"sessionEnabled": True}}
    old = emr.create_application(**settings)["applicationId"]
    refused(
        "EMR Serverless refuses sessions before emr-7.13.0", "ValidationException", 400,
        lambda: emr.start_session(applicationId=old, executionRoleArn=ROLE),
    )  # fmt: skip
    off = emr.create_application(type="SPARK", releaseLabel="emr-7.13.0")["applicationId"]
    refused(
        "EMR Serverless refuses sessions where they are not enabled", "ValidationException", 400,
        lambda: emr.start_session(applicationId=off, executionRoleArn=ROLE),
    )  # fmt: skip
    enabled = emr.update_application(applicationId=off, interactiveConfiguration={"sessionEnabled": True})["application"]
    findings.record("EMR Serverless UpdateApplication enables sessions", enabled["interactiveConfiguration"]["sessionEnabled"])
    emr.start_application(applicationId=off)
    control.advance(1000)
    state = emr.get_application(applicationId=off)["application"]["state"]
    findings.record("EMR Serverless StartApplication ends in STARTED", state == "STARTED", state)
    refused(
        "EMR Serverless refuses UpdateApplication while STARTED", "ValidationException", 400,
        lambda: emr.update_application(applicationId=off, interactiveConfiguration={"sessionEnabled": False}),
    )  # fmt: skip


def walk_emr(url):
    emr, control = client("emr", url), Control(url)
    cluster = {"ClusterId": "j-EMULATED1"}
    start = {**cluster, "Name": "walk", "ClientRequestToken": "walk-1", "Tags": [{"Key": "team", "Value": "data"}]}
    described = emr.describe_cluster(**cluster)["Cluster"]
    ready = described["Status"]["State"] == "WAITING" and described["SessionEnabled"]
    findings.record("EMR DescribeCluster shows a cluster that is ready for sessions", ready, described)
    started = emr.start_session(**start)
    findings.record("EMR StartSession begins in SUBMITTED", started["State"] == "SUBMITTED", started)
    key = {**cluster, "SessionId": started["Id"]}
    refused("EMR refuses an endpoint before the session is ready", "InvalidRequestException", 400, lambda: emr.get_session_endpoint(**key))
    control.advance(1000)
    session = emr.get_session(**key)["Session"]
    findings.record("EMR GetSession shows IDLE and since when", session["State"] == "IDLE" and "IdleSince" in session, session)
    findings.record("EMR times are read as dates", isinstance(session["CreatedAt"], datetime.datetime), session["CreatedAt"])
    findings.record("EMR GetSession shows the tags", session["Tags"] == start["Tags"], session["Tags"])
    endpoint = emr.get_session_endpoint(**key)
    host = re.fullmatch(r"http://127\.0\.0\.1:\d+", endpoint["Endpoint"])
    findings.record("EMR GetSessionEndpoint gives address, token of 2 KB and expiry", host and len(endpoint["AuthToken"]) > 2048)
    findings.record("EMR StartSession replays a token", emr.start_session(**start)["Id"] == started["Id"])
    refused(
        "EMR refuses a token with other parameters", "InvalidRequestException", 400,
        lambda: emr.start_session(**{**start, "Name": "other"}),
    )  # fmt: skip
    refused(
        "EMR refuses an unknown session", "InvalidRequestException", 400,
        lambda: emr.get_session(**cluster, SessionId="is-NOWHERE"),
    )  # fmt: skip
    refused(
        "EMR refuses an unknown cluster", "InvalidRequestException", 400,
        lambda: emr.start_session(**{**start, "ClusterId": "j-NOWHERE"}),
    )  # fmt: skip
    others = [emr.start_session(**cluster, Name=f"many-{index}")["Id"] for index in range(24)]
    control.advance(2000)
    pages = emr.get_paginator("list_sessions").paginate(**cluster, SessionStates=["IDLE"], MaxResults=7)
    listed = [row["Id"] for page in pages for row in page["Sessions"]]
    findings.record("EMR ListSessions turns pages", sorted(listed) == sorted([started["Id"], *others]), len(listed))
    state = emr.terminate_session(**key)["State"]
    findings.record("EMR TerminateSession goes through TERMINATING", state == "TERMINATING", state)
    control.advance(1000)
    state = emr.get_session(**key)["Session"]["State"]
    findings.record("EMR TerminateSession ends in TERMINATED", state == "TERMINATED", state)
    findings.record("EMR TerminateSession again succeeds", emr.terminate_session(**key)["State"] == "TERMINATED")
    emr.terminate_job_flows(JobFlowIds=[cluster["ClusterId"]])
    control.advance(1000)
    ended = {row["State"] for row in emr.list_sessions(**cluster)["Sessions"]}
    findings.record("EMR TerminateJobFlows ends the sessions of the cluster", ended == {"TERMINATED"}, ended)
    gone = emr.list_clusters(ClusterStates=["TERMINATED"])["Clusters"]
    findings.record("EMR ListClusters shows the ended cluster", [row["Id"] for row in gone] == ["j-EMULATED1"], gone)
    refused("EMR starts nothing on an ended cluster", "InvalidRequestException", 400, lambda: emr.start_session(**cluster, Name="late"))


walk_athena(sys.argv[1])
walk_emr_serverless(sys.argv[2])
walk_emr(sys.argv[3])
live = [row for row in Control(sys.argv[1]).oracle()["sessions"] if row["live"]]
findings.record("no session is left over", live == [], live)
findings.finish()
