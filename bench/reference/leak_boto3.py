"""
A session as AWS's own samples use it: leak_boto3.py athena|emr-serverless|emr|glue URL. Prints a line when the endpoint is there, and then works
until it is killed. The samples name no idle timeout.
See https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark-connect.html (Athena, read 2026-11-30) and
https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/spark-connect.html (EMR Serverless, read 2026-11-30).
EMR on EC2 and Glue: the calls of their API references, with required members alone.
"""

import sys
import time

import boto3

service, url = sys.argv[1:]
client = boto3.client(
    service, region_name="us-east-1", endpoint_url=url, aws_access_key_id="EMULATED", aws_secret_access_key="emulated"
)

if service == "athena":
    session_id = client.start_session(WorkGroup="spark35", EngineConfiguration={})["SessionId"]
    time.sleep(5)
    client.get_session_endpoint(SessionId=session_id)
elif service == "emr":
    cluster = {"ClusterId": "j-EMULATED1"}
    session_id = client.start_session(**cluster, Name="leak")["Id"]
    while client.get_session(**cluster, SessionId=session_id)["Session"]["State"] not in ("STARTED", "IDLE"):
        time.sleep(2)
    client.get_session_endpoint(**cluster, SessionId=session_id)
elif service == "glue":
    session_id = "leak-boto3"
    command = {"Name": "glueetl", "PythonVersion": "3"}
    role = "arn:aws:iam::123456789012:role/spark"
    client.create_session(Id=session_id, Role=role, Command=command, SessionType="SPARK_CONNECT", GlueVersion="5.0")
    while client.get_session(Id=session_id)["Session"]["Status"] != "READY":
        time.sleep(2)
    client.get_session_endpoint(SessionId=session_id)
else:
    application = {"applicationId": "00emulated1"}
    session_id = client.start_session(**application, executionRoleArn="arn:aws:iam::123456789012:role/spark")["sessionId"]
    while client.get_session(**application, sessionId=session_id)["session"]["state"] not in ("STARTED", "IDLE"):
        time.sleep(2)
    client.get_session_endpoint(**application, sessionId=session_id)

print(session_id, flush=True)
time.sleep(3600)
