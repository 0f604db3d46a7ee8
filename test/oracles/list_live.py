"""
The vendors' clients list what is live after a crash and a sweep. Argument: JSON with the address of each service and the ids that may live:
sessions that were kept, or that a living process holds.
"""

import json
import sys

import boto3
import grpc
from google.cloud import dataproc_v1
from google.cloud.dataproc_v1.services.session_controller.transports import SessionControllerGrpcTransport

from findings import Findings

CREDENTIALS = {"region_name": "us-east-1", "aws_access_key_id": "EMULATED", "aws_secret_access_key": "emulated"}
ENDED = {"TERMINATED", "FAILED", "STOPPED", "TIMEOUT"}


def athena(url):
    client = boto3.client("athena", endpoint_url=url, **CREDENTIALS)
    rows, more = [], {}
    while True:
        page = client.list_sessions(WorkGroup="spark35", **more)
        rows += page["Sessions"]
        if not page.get("NextToken"):
            return [row["SessionId"] for row in rows if row["Status"]["State"] not in ENDED]
        more = {"NextToken": page["NextToken"]}


def emr_serverless(url):
    client = boto3.client("emr-serverless", endpoint_url=url, **CREDENTIALS)
    pages = client.get_paginator("list_sessions").paginate(applicationId="00emulated1")
    return [row["sessionId"] for page in pages for row in page["sessions"] if row["state"] not in ENDED]


def emr(url):
    client = boto3.client("emr", endpoint_url=url, **CREDENTIALS)
    pages = client.get_paginator("list_sessions").paginate(ClusterId="j-EMULATED1")
    return [row["Id"] for page in pages for row in page["Sessions"] if row["State"] not in ENDED]


def glue(url):
    client = boto3.client("glue", endpoint_url=url, **CREDENTIALS)
    rows, more = [], {}
    while True:
        page = client.list_sessions(**more)
        rows += page["Sessions"]
        if not page.get("NextToken"):
            return [row["Id"] for row in rows if row["Status"] not in ENDED]
        more = {"NextToken": page["NextToken"]}


def dataproc(url):
    channel = grpc.insecure_channel(url.removeprefix("http://"))
    client = dataproc_v1.SessionControllerClient(transport=SessionControllerGrpcTransport(channel=channel))
    listed = client.list_sessions(parent="projects/kill-project/locations/us-central1")
    return [row.name.rsplit("/", 1)[1] for row in listed if row.state.name not in ENDED]


LISTERS = {
    "athena": (f"boto3 {boto3.__version__}", athena),
    "emr-serverless": (f"boto3 {boto3.__version__}", emr_serverless),
    "emr": (f"boto3 {boto3.__version__}", emr),
    "glue": (f"boto3 {boto3.__version__}", glue),
    "dataproc": (f"google-cloud-dataproc {dataproc_v1.gapic_version.__version__}", dataproc),
}

failed = 0
for service, (url, expected) in json.loads(sys.argv[1]).items():
    client, lister = LISTERS[service]
    findings = Findings(client)
    live = lister(url)
    findings.record(
        f"After three crashes and a sweep, {service} lists as live the sessions that are kept or held, and no other",
        sorted(live) == sorted(expected) and len(expected) >= 2,
        {"live": live, "expected": expected},
    )
    failed += findings.failed
sys.exit(1 if failed else 0)
