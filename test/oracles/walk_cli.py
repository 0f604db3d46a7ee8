"""
The AWS CLI walks the services with sessions: start, ready, list, endpoint, terminate, and a bad request.
Arguments: the path of `aws`, the addresses of the emulators of Athena, EMR Serverless and EMR on EC2; all with a virtual clock.
"""

import json
import os
import subprocess
import sys

from findings import Control, Findings

ROLE = "arn:aws:iam::123456789012:role/emulated"
AWS, ATHENA, EMR_SERVERLESS, EMR = sys.argv[1:5]
ENVIRONMENT = {
    **os.environ,
    "AWS_ACCESS_KEY_ID": "EMULATED",
    "AWS_SECRET_ACCESS_KEY": "emulated",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL_ATHENA": ATHENA,
    "AWS_ENDPOINT_URL_EMR_SERVERLESS": EMR_SERVERLESS,
    "AWS_ENDPOINT_URL_EMR": EMR,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_PAGER": "",
}


def aws(*words):
    """Runs one command; gives its exit code, its answer and its complaint."""
    done = subprocess.run([AWS, *words, "--output", "json"], env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr.strip()


version = subprocess.run([AWS, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout.split()[0]
findings = Findings(f"AWS CLI {version}")

control = Control(ATHENA)
_, started, complaint = aws("athena", "start-session", "--work-group", "spark35", "--engine-configuration", "{}")
session_id = started.get("SessionId", "")
findings.record("Athena start-session", session_id != "", complaint)
control.advance(1000)
_, status, _ = aws("athena", "get-session-status", "--session-id", session_id)
findings.record("Athena get-session-status reads IDLE", status.get("Status", {}).get("State") == "IDLE", status)
_, listed, _ = aws("athena", "list-sessions", "--work-group", "spark35")
findings.record("Athena list-sessions shows it", [row["SessionId"] for row in listed.get("Sessions", [])] == [session_id], listed)
_, endpoint, _ = aws("athena", "get-session-endpoint", "--session-id", session_id)
findings.record("Athena get-session-endpoint", endpoint.get("EndpointUrl", "").startswith("http://127.0.0.1:"))
code, _, complaint = aws("athena", "start-session", "--work-group", "sql", "--engine-configuration", "{}")
findings.record("Athena refuses a SQL workgroup", code != 0 and "(InvalidRequestException)" in complaint, complaint)
_, ended, complaint = aws("athena", "terminate-session", "--session-id", session_id)
findings.record("Athena terminate-session", ended.get("State") == "TERMINATING", complaint)
control.advance(1000)
_, status, _ = aws("athena", "get-session-status", "--session-id", session_id)
findings.record("Athena ends in TERMINATED", status.get("Status", {}).get("State") == "TERMINATED", status)

place = ("--application-id", "00emulated1")
_, started, complaint = aws("emr-serverless", "start-session", *place, "--execution-role-arn", ROLE)
session_id = started.get("sessionId", "")
findings.record("EMR Serverless start-session", session_id != "", complaint)
control.advance(2000)
one = (*place, "--session-id", session_id)
_, session, _ = aws("emr-serverless", "get-session", *one)
findings.record("EMR Serverless get-session reads IDLE", session.get("session", {}).get("state") == "IDLE", session)
_, listed, _ = aws("emr-serverless", "list-sessions", *place, "--states", "IDLE", "BUSY")
findings.record("EMR Serverless list-sessions shows it", [row["sessionId"] for row in listed.get("sessions", [])] == [session_id], listed)
_, endpoint, _ = aws("emr-serverless", "get-session-endpoint", *one)
findings.record("EMR Serverless get-session-endpoint", endpoint.get("endpoint", "").startswith("http://127.0.0.1:"))
code, _, complaint = aws("emr-serverless", "get-session", *place, "--session-id", "00nowhere")
findings.record("EMR Serverless refuses an unknown session", code != 0 and "(ResourceNotFoundException)" in complaint, complaint)
code, _, complaint = aws("emr-serverless", "terminate-session", *one)
findings.record("EMR Serverless terminate-session", code == 0, complaint)
control.advance(1000)
_, session, _ = aws("emr-serverless", "get-session", *one)
findings.record("EMR Serverless ends in TERMINATED", session.get("session", {}).get("state") == "TERMINATED", session)
place = ("--cluster-id", "j-EMULATED1")
_, started, complaint = aws("emr", "start-session", *place, "--name", "walk", "--execution-role-arn", ROLE)
session_id = started.get("Id", "")
findings.record("EMR start-session", session_id.startswith("is-"), complaint)
control.advance(2000)
one = (*place, "--session-id", session_id)
_, session, _ = aws("emr", "get-session", *one)
findings.record("EMR get-session reads IDLE", session.get("Session", {}).get("State") == "IDLE", session)
_, listed, _ = aws("emr", "list-sessions", *place, "--session-states", "IDLE", "BUSY")
findings.record("EMR list-sessions shows it", [row["Id"] for row in listed.get("Sessions", [])] == [session_id], listed)
_, endpoint, _ = aws("emr", "get-session-endpoint", *one)
findings.record("EMR get-session-endpoint", endpoint.get("Endpoint", "").startswith("http://127.0.0.1:"))
_, listed, complaint = aws("emr", "list-clusters", "--active")
findings.record("EMR list-clusters shows the cluster", [row["Id"] for row in listed.get("Clusters", [])] == ["j-EMULATED1"], complaint)
code, _, complaint = aws("emr", "get-session", *place, "--session-id", "is-NOWHERE")
findings.record("EMR refuses an unknown session", code != 0 and "(InvalidRequestException)" in complaint, complaint)
code, _, complaint = aws("emr", "terminate-session", *one)
findings.record("EMR terminate-session", code == 0, complaint)
control.advance(1000)
_, session, _ = aws("emr", "get-session", *one)
findings.record("EMR ends in TERMINATED", session.get("Session", {}).get("State") == "TERMINATED", session)
code, _, complaint = aws("emr", "terminate-clusters", "--cluster-ids", "j-EMULATED1")
findings.record("EMR terminate-clusters", code == 0, complaint)
findings.record("no session is left over", control.oracle()["live"] == 0)
findings.finish()
