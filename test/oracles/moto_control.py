"""
The negative control: another emulator of AWS, moto, does not have these session operations. If the walk succeeded there too,
it would prove nothing about ours.
"""

import boto3
import botocore.exceptions
from botocore.config import Config
from moto.server import ThreadedMotoServer

from findings import Findings

ROLE = "arn:aws:iam::123456789012:role/emulated"

findings = Findings("moto, negative control")
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()


def fails(claim, service, call):
    client = boto3.client(
        service,
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="EMULATED",
        aws_secret_access_key="emulated",
        config=Config(retries={"max_attempts": 1, "mode": "standard"}),
    )
    try:
        answer = call(client)
    except botocore.exceptions.ClientError as error:
        return findings.record(claim, True, error)
    answer.pop("ResponseMetadata")
    return findings.record(claim, all(answer.get(name) is None for name in ("SessionId", "sessionId", "Id")), answer)


fails("moto starts no Athena session", "athena", lambda athena: athena.start_session(WorkGroup="primary", EngineConfiguration={}))
fails(
    "moto starts no EMR Serverless session",
    "emr-serverless",
    lambda emr: emr.start_session(applicationId="00emulated1", executionRoleArn=ROLE),
)
fails("moto starts no EMR session", "emr", lambda emr: emr.start_session(ClusterId="j-EMULATED1", Name="walk"))
fails(
    "moto starts no Glue session of the type SPARK_CONNECT that has an endpoint",
    "glue",
    lambda glue: glue.get_session_endpoint(SessionId="walk"),
)
server.stop()
findings.finish()
