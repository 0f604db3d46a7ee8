"""
boto3 and the AWS CLI walk the sessions of Glue: create, ready, list by tags, endpoint, statements, stop, delete, and requests that must
be refused. Arguments: the path of `aws`, and the address of the Glue emulator with a virtual clock.
"""

import datetime
import json
import os
import re
import subprocess
import sys

import boto3
import botocore.exceptions
from botocore.config import Config

from findings import Control, Findings

AWS, URL = sys.argv[1:3]
ROLE = "arn:aws:iam::123456789012:role/emulated"
ARN = "arn:aws:glue:us-east-1:123456789012:session/"
COMMAND = {"Name": "glueetl", "PythonVersion": "3"}
control = Control(URL)


def refused(findings, claim, code, call):
    try:
        answer = call()
    except botocore.exceptions.ClientError as error:
        got = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        return findings.record(claim, got == (code, 400), error)
    return findings.record(claim, False, answer)


def walk_boto3():
    findings = Findings(f"boto3 {boto3.__version__}")
    glue = boto3.client(
        "glue", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="EMULATED", aws_secret_access_key="emulated",
        config=Config(retries={"max_attempts": 1, "mode": "standard"}),
    )  # fmt: skip
    create = {"Role": ROLE, "Command": COMMAND, "GlueVersion": "5.0", "WorkerType": "G.1X", "NumberOfWorkers": 2}
    first = glue.create_session(Id="walk", SessionType="SPARK_CONNECT", Tags={"team": "data"}, IdleTimeout=60, **create)["Session"]
    findings.record("Glue CreateSession answers with the session in PROVISIONING", first["Status"] == "PROVISIONING", first)
    findings.record("Glue times are read as dates", isinstance(first["CreatedOn"], datetime.datetime), first["CreatedOn"])
    refused(findings, "Glue refuses an id that a session has", "AlreadyExistsException", lambda: glue.create_session(Id="walk", **create))
    refused(
        findings, "Glue refuses an endpoint before READY", "IllegalSessionStateException",
        lambda: glue.get_session_endpoint(SessionId="walk"),
    )  # fmt: skip
    control.advance(1000)
    findings.record("Glue GetSession reads READY", glue.get_session(Id="walk")["Session"]["Status"] == "READY")
    endpoint = glue.get_session_endpoint(SessionId="walk")["SparkConnect"]
    plausible = re.fullmatch(r"sc://127\.0\.0\.1:\d+", endpoint["Url"]) and endpoint["AuthToken"].endswith("=")
    findings.record("Glue GetSessionEndpoint gives an sc:// address, a token and its expiry", plausible and endpoint["AuthTokenExpirationTime"], endpoint["Url"])
    dashboard = glue.get_dashboard_url(ResourceId="walk", ResourceType="SESSION")["Url"]
    findings.record("Glue GetDashboardUrl gives a URL", dashboard.startswith("https://"), dashboard)
    glue.create_session(Id="code", SessionType="LIVY", **create)
    control.advance(1000)
    findings.record("Glue ListSessions filters by tags", glue.list_sessions(Tags={"team": "data"})["Ids"] == ["walk"])
    first_page = glue.list_sessions(MaxResults=1)
    second = glue.list_sessions(MaxResults=1, NextToken=first_page["NextToken"])
    findings.record("Glue ListSessions turns pages", sorted(first_page["Ids"] + second["Ids"]) == ["code", "walk"], second)
    glue.tag_resource(ResourceArn=ARN + "walk", TagsToAdd={"stage": "test"})
    glue.untag_resource(ResourceArn=ARN + "walk", TagsToRemove=["team"])
    tags = glue.get_tags(ResourceArn=ARN + "walk")["Tags"]
    findings.record("Glue adds, removes and lists tags", tags == {"stage": "test"}, tags)
    walk_statements(findings, glue)
    refused(findings, "Glue refuses an unknown session", "EntityNotFoundException", lambda: glue.get_session(Id="nowhere"))
    refused(findings, "Glue refuses to delete a live session", "IllegalSessionStateException", lambda: glue.delete_session(Id="walk"))
    for session_id in ("walk", "code"):
        glue.stop_session(Id=session_id)
    findings.record("Glue StopSession goes through STOPPING", glue.get_session(Id="walk")["Session"]["Status"] == "STOPPING")
    control.advance(1000)
    ended = glue.get_session(Id="walk")["Session"]
    findings.record("Glue ends in STOPPED, with its DPU seconds", ended["Status"] == "STOPPED" and ended["DPUSeconds"] > 0, ended)
    refused(findings, "Glue refuses to stop it again", "IllegalSessionStateException", lambda: glue.stop_session(Id="walk"))
    glue.delete_session(Id="walk")
    again = glue.create_session(Id="walk", **create)["Session"]["Status"]
    findings.record("Glue gives the id of a deleted session to another one", again == "PROVISIONING", again)
    glue.stop_session(Id="walk")
    control.advance(1000)
    findings.record("no session is left over", control.oracle()["live"] == 0)
    return findings


def walk_statements(findings, glue):
    refused(
        findings, "Glue refuses statements in a SPARK_CONNECT session", "OperationNotSupportedException",
        lambda: glue.run_statement(SessionId="walk", Code="1"),
    )  # fmt: skip
    number = glue.run_statement(SessionId="code", Code="1")["Id"]
    refused(findings, "Glue refuses a second statement", "SessionBusyException", lambda: glue.run_statement(SessionId="code", Code="2"))
    control.advance(2000)
    done = glue.get_statement(SessionId="code", Id=number)["Statement"]
    findings.record("Glue ends a statement in AVAILABLE with an output", done["State"] == "AVAILABLE" and "TextPlain" in done["Output"]["Data"], done)
    second = glue.run_statement(SessionId="code", Code="2")["Id"]
    glue.cancel_statement(SessionId="code", Id=second)
    control.advance(1)
    states = [row["State"] for row in glue.list_statements(SessionId="code")["Statements"]]
    findings.record("Glue ListStatements shows both, the second one CANCELLED", states == ["AVAILABLE", "CANCELLED"], states)


def walk_cli():
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "EMULATED",
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_GLUE": URL,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }

    def aws(*words):
        done = subprocess.run(
            [AWS, "glue", *words, "--output", "json"], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr.strip()

    version = subprocess.run([AWS, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout.split()[0]
    findings = Findings(f"AWS CLI {version}")
    create = ("create-session", "--id", "cli", "--role", ROLE, "--command", json.dumps(COMMAND))
    _, created, complaint = aws(*create, "--glue-version", "5.0", "--session-type", "SPARK_CONNECT")
    findings.record("Glue create-session", created.get("Session", {}).get("Status") == "PROVISIONING", complaint)
    control.advance(1000)
    _, session, _ = aws("get-session", "--id", "cli")
    findings.record("Glue get-session reads READY", session.get("Session", {}).get("Status") == "READY", session)
    _, listed, _ = aws("list-sessions")
    findings.record("Glue list-sessions shows it", "cli" in listed.get("Ids", []), listed)
    _, endpoint, complaint = aws("get-session-endpoint", "--session-id", "cli")
    findings.record("Glue get-session-endpoint", endpoint.get("SparkConnect", {}).get("Url", "").startswith("sc://127.0.0.1:"), complaint)
    code, _, complaint = aws("get-session", "--id", "nowhere")
    findings.record("Glue refuses an unknown session", code != 0 and "(EntityNotFoundException)" in complaint, complaint)
    code, _, complaint = aws("stop-session", "--id", "cli")
    findings.record("Glue stop-session", code == 0, complaint)
    control.advance(1000)
    _, session, _ = aws("get-session", "--id", "cli")
    findings.record("Glue ends in STOPPED", session.get("Session", {}).get("Status") == "STOPPED", session)
    code, _, complaint = aws("delete-session", "--id", "cli")
    findings.record("Glue delete-session", code == 0, complaint)
    findings.record("no session is left over", control.oracle()["live"] == 0)
    return findings


sys.exit(sum([walk_boto3().failed, walk_cli().failed]) > 0)
