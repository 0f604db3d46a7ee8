"""A fault: the first two starts are throttled, and boto3 repeats them by itself."""

import json
import urllib.request

import boto3


def add_fault(address, **fault):
    body = json.dumps(fault).encode()
    headers = {"content-type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(f"{address}/__emulator/faults", body, headers))


def calls_of(address, operation):
    log = json.load(urllib.request.urlopen(f"{address}/__emulator/log"))
    return [call for call in log if call.get("operation") == operation]


def test_start_survives_throttling(emulator, aws):
    before = len(calls_of(emulator["athena"], "StartSession"))
    add_fault(emulator["athena"], kind="throttle", operation="StartSession", times=2)
    athena = boto3.client("athena")
    session = athena.start_session(WorkGroup="spark35", EngineConfiguration={})["SessionId"]
    assert len(calls_of(emulator["athena"], "StartSession")) - before == 3
    athena.terminate_session(SessionId=session)
