"""
boto3, a client we did not write, walks HealthOmics' run batches and the S3 objects that hold their runs: start, get, list, cancel, delete,
and requests that must be refused.
Arguments: the address of the HealthOmics emulator and that of the S3 emulator; both with a virtual clock.
"""

import json
import sys
import uuid

import boto3
import botocore.exceptions
from botocore.config import Config

from findings import Control, Findings

CREDENTIALS = {"region_name": "us-east-1", "aws_access_key_id": "EMULATED", "aws_secret_access_key": "emulated"}
DEFAULTS = {"workflowId": "1234567", "roleArn": "arn:aws:iam::123456789012:role/omics", "parameters": {"ref": "hg38"}}

findings = Findings(f"boto3 {boto3.__version__}")


def client(service, url, **config):
    settings = Config(retries={"max_attempts": 1}, parameter_validation=False, inject_host_prefix=False, **config)
    return boto3.client(service, endpoint_url=url, config=settings, **CREDENTIALS)


def refused(claim, code, status, call):
    try:
        answer = call()
    except botocore.exceptions.ClientError as error:
        got = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        return findings.record(claim, got == (code, status), error)
    return findings.record(claim, False, answer)


def runs(count):
    return [{"runSettingId": f"s{index}"} for index in range(count)]


def walk(omics, s3, control):
    def start(settings, **more):
        control.advance(1000)
        members = {"requestId": str(uuid.uuid4()), "defaultRunSetting": DEFAULTS, "batchRunSettings": settings, **more}
        return omics.start_run_batch(**members)

    started = start({"inlineSettings": runs(4)}, batchName="cohort", tags={"team": "a"})
    batch = {"batchId": started["id"]}
    findings.record("HealthOmics StartRunBatch answers CREATING", started["status"] == "CREATING", started)
    refused("HealthOmics CancelRunBatch is refused while CREATING", "ConflictException", 409, lambda: omics.cancel_run_batch(**batch))
    control.advance(60_000)
    seen = omics.get_batch(**batch)
    counts = (seen["submissionSummary"]["failedStartSubmissionCount"], seen["runSummary"]["completedRunCount"])
    findings.record("HealthOmics GetBatch: PROCESSED is not success", seen["status"] == "PROCESSED" and counts == (1, 3), seen)
    rows = omics.list_runs_in_batch(batchId=started["id"], submissionStatus="FAILED")["runs"]
    findings.record("HealthOmics ListRunsInBatch finds the run that was not submitted", [row["runSettingId"] for row in rows] == ["s1"], rows)
    done = omics.list_runs(batchId=started["id"], status="COMPLETED")["items"]
    findings.record("HealthOmics ListRuns knows the runs of a batch", len(done) == 3, done)
    findings.record("HealthOmics GetRun finds one of them", omics.get_run(id=done[0]["id"])["status"] == "COMPLETED")
    listed = omics.list_batch(name="cohort")["items"]
    findings.record("HealthOmics ListBatch filters by name", [each["id"] for each in listed] == [started["id"]], listed)
    omics.delete_run_batch(**batch)
    control.advance(1000)
    findings.record("HealthOmics DeleteRunBatch deletes the runs", omics.get_batch(**batch)["status"] == "RUNS_DELETED")
    omics.delete_batch(**batch)
    refused("HealthOmics DeleteBatch deletes the record", "ResourceNotFoundException", 404, lambda: omics.get_batch(**batch))

    s3.put_object(Bucket="lists", Key="runs.json", Body=json.dumps(runs(1000)))
    large = start({"s3UriSettings": "s3://lists/runs.json"})
    control.advance(50_000)
    seen = omics.get_batch(batchId=large["id"])
    findings.record("HealthOmics reads a list of runs in S3 and submits it at its rate", seen["status"] == "SUBMITTING" and seen["totalRuns"] == 1000, seen)
    pages = list(omics.get_paginator("list_runs_in_batch").paginate(batchId=large["id"]))
    ids = [row["runSettingId"] for page in pages for row in page["runs"]]
    findings.record("boto3's own paginator gives every row once", (len(pages), len(set(ids)), len(ids)) == (10, 1000, 1000), len(ids))
    omics.cancel_run_batch(batchId=large["id"])
    control.advance(1000)
    findings.record("HealthOmics CancelRunBatch ends in CANCELLED", omics.get_batch(batchId=large["id"])["status"] == "CANCELLED")

    refused("HealthOmics refuses both kinds of settings", "ValidationException", 400, lambda: start({"inlineSettings": runs(1), "s3UriSettings": "s3://a-b/c"}))
    refused("HealthOmics refuses 101 runs inline", "ValidationException", 400, lambda: start({"inlineSettings": runs(101)}))
    refused("HealthOmics refuses two filters", "ValidationException", 400, lambda: omics.list_batch(name="cohort", status="PENDING"))
    changing = start({"s3UriSettings": "s3://lists/runs.json"})
    s3.put_object(Bucket="lists", Key="runs.json", Body=json.dumps(runs(999)))
    control.advance(1000)
    seen = omics.get_batch(batchId=changing["id"])
    findings.record("HealthOmics fails a batch whose object was changed", seen["status"] == "FAILED" and "ETag" in seen["failureReason"], seen)

    findings.record("S3 HeadObject has the ETag", s3.head_object(Bucket="lists", Key="runs.json")["ETag"].startswith('"'))
    s3.delete_object(Bucket="lists", Key="runs.json")
    refused("S3 GetObject of a deleted object", "NoSuchKey", 404, lambda: s3.get_object(Bucket="lists", Key="runs.json"))


omics_url, s3_url = sys.argv[1:]
walk(client("omics", omics_url), client("s3", s3_url, s3={"addressing_style": "path"}), Control(omics_url))
findings.finish()
