"""
The model judge: botocore's service models, not our reading of them, decide what the emulator must refuse and accept.

Each member of each operation is walked: required members left out, lengths, ranges, patterns and choices broken by one,
and the same edges kept. Every answer, good or bad, is held against the shape the model gives it.
Arguments: the addresses of the emulators of Athena, EMR Serverless, HealthOmics, EMR on EC2 and Glue; all with a virtual clock.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

import botocore.serialize
import botocore.session

from findings import Control, Findings
from model_answers import faults_of
from model_values import legal_edges, placed, violations, walk, without

APPLICATION = "00emulated1"
ROLE = "arn:aws:iam::123456789012:role/emulated"

# Members that name a thing: a legal name of nothing is refused too, and not by a constraint.
NAMES = {
    "SessionId", "CalculationExecutionId", "NextToken", "nextToken", "ResourceARN", "WorkGroup", "NotebookId",
    "applicationId", "sessionId", "resourceId", "batchId", "id", "startingToken", "resourceArn", "ClusterId", "Marker",
    "Id", "ResourceArn", "ResourceId", "ResourceType",
    # The value of a tag that has no key.
    "Value",
}  # fmt: skip
# Checked elsewhere: a member of a union whose other member is in the request, and a choice that the service refuses for batches.
IGNORED = {"s3UriSettings", "workflowType"}

findings = Findings("botocore model judge")


class Wire:
    """One service behind a plain HTTP client: requests by the model's serializer, without the client's own checks."""

    def __init__(self, service, url):
        self.model = botocore.session.get_session().get_service_model(service)
        protocol = self.model.metadata["protocol"]
        self.serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
        self.url = url

    def shape(self, operation):
        return self.model.operation_model(operation).input_shape

    def call(self, operation, members):
        """Gives status, headers and raw body; holds the answer against its shape."""
        model = self.model.operation_model(operation)
        request = self.serializer.serialize_to_request(members, model)
        url = self.url + request["url_path"] + query(request["query_string"])
        body = request["body"].encode() if isinstance(request["body"], str) else request["body"]
        wire = urllib.request.Request(url, data=body or None, headers=dict(request["headers"]), method=request["method"])
        try:
            with urllib.request.urlopen(wire, timeout=10) as answer:
                status, headers, raw = answer.status, answer.headers, json.loads(answer.read() or b"{}")
            wrong = faults_of(model.output_shape, raw, operation) if model.output_shape else []
            expected = model.http.get("responseCode", 200)
            if status != expected:
                wrong.append(f"the status is not {expected}")
        except urllib.error.HTTPError as error:
            status, headers, raw = error.code, error.headers, json.loads(error.read())
            wrong = self.error_faults(model, status, headers, raw)
        if not headers.get("x-amzn-requestid"):
            wrong.append("no x-amzn-requestid")
        for fault in wrong:
            findings.record(f"{operation}: the answer keeps its shape", False, f"{fault} in {status} {raw}")
        return status, raw

    def error_faults(self, model, status, headers, raw):
        code = raw.get("__type")
        modelled = {shape.name: shape for shape in model.error_shapes}
        if headers.get("x-amzn-errortype") != code:
            return [f"x-amzn-errortype is {headers.get('x-amzn-errortype')}"]
        if code not in modelled:
            return [f"{code} is not modelled"]
        expected = modelled[code].metadata.get("error", {}).get("httpStatusCode", 500 if code.startswith("Internal") else 400)
        wrong = [] if status == expected else [f"the status is not {expected}"]
        return wrong + faults_of(modelled[code], {name: value for name, value in raw.items() if name != "__type"}, code)


def query(parts):
    pairs = parts.items() if isinstance(parts, dict) else parts
    flat = [(name, item) for name, value in pairs for item in (value if isinstance(value, list) else [value])]
    return f"?{urllib.parse.urlencode(flat)}" if flat else ""


def refused_by_constraint(raw):
    return "validation error" in (raw.get("Message") or raw.get("message") or "")


def judge(wire, operation, base):
    """Walks one operation; `base` makes a request that succeeds."""
    top = wire.shape(operation)
    status, raw = wire.call(operation, base())
    findings.record(f"{operation}: a plain request succeeds", status < 300, raw if status >= 300 else "")
    counts = {"required members": 0, "violations": 0, "legal edges": 0}
    wrong = []
    for path, shape in walk(top):
        if IGNORED & set(path):
            continue
        in_url = bool(path) and top.members[path[0]].serialization.get("location") in ("uri", "querystring")
        for name, value in violations(shape):
            # An empty label or list does not appear in a URL: the request becomes another one.
            if value is None or (in_url and value in ("", [])):
                continue
            status, raw = wire.call(operation, placed(top, base(), path, value))
            counts["violations"] += 1
            if status != 400 or not refused_by_constraint(raw):
                wrong.append(f"{'.'.join(path)} {name} gave {status} {raw}")
        for name, value in legal_edges(shape):
            status, raw = wire.call(operation, placed(top, base(), path, value))
            counts["legal edges"] += 1
            accepted = not refused_by_constraint(raw) if path and path[-1] in NAMES else status < 300
            if not accepted:
                wrong.append(f"{'.'.join(path)} {name} gave {status} {raw}")
        if shape.type_name != "structure":
            continue
        for name in shape.required_members:
            if not path and shape.members[name].serialization.get("location") == "uri":
                continue
            whole = placed(top, base(), (*path, name), None)
            status, raw = wire.call(operation, without(whole, (*path, name)))
            counts["required members"] += 1
            if status != 400 or not refused_by_constraint(raw):
                wrong.append(f"{'.'.join((*path, name))} left out gave {status} {raw}")
    checked = ", ".join(f"{count} {what}" for what, count in counts.items())
    findings.record(f"{operation}: {checked} handled correctly", not wrong, "; ".join(wrong[:3]))


def judge_athena(url):
    wire, control = Wire("athena", url), Control(url)

    def start(work_group, **more):
        members = {"WorkGroup": work_group, "EngineConfiguration": {}, "SessionIdleTimeoutInMinutes": 480, **more}
        return wire.call("StartSession", members)[1]["SessionId"]

    spark35, notebook = start("spark35"), "0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a"
    pyspark3 = start("pyspark3", EngineConfiguration={"AdditionalConfigs": {"NotebookId": notebook}}, NotebookVersion="1")
    control.advance(2000)
    calculation = wire.call("StartCalculationExecution", {"SessionId": pyspark3, "CodeBlock": "1"})[1]["CalculationExecutionId"]
    control.advance(2000)

    def code_block():
        control.advance(2000)
        return {"SessionId": pyspark3, "CodeBlock": "1"}

    arn = f"arn:aws:athena:us-east-1:123456789012:workgroup/spark35/session/{spark35}"
    session, one_calculation = {"SessionId": pyspark3}, {"CalculationExecutionId": calculation}
    judge(wire, "StartSession", lambda: {"WorkGroup": "pyspark3", "EngineConfiguration": {}})
    for operation in ("GetSession", "GetSessionStatus", "ListExecutors", "CreatePresignedNotebookUrl", "ListCalculationExecutions"):
        judge(wire, operation, lambda: session)
    judge(wire, "GetSessionEndpoint", lambda: {"SessionId": spark35})
    judge(wire, "GetResourceDashboard", lambda: {"ResourceARN": arn})
    judge(wire, "ListTagsForResource", lambda: {"ResourceARN": arn})
    judge(wire, "TagResource", lambda: {"ResourceARN": arn, "Tags": [{"Key": "team", "Value": "data"}]})
    judge(wire, "UntagResource", lambda: {"ResourceARN": arn, "TagKeys": ["team"]})
    judge(wire, "StartCalculationExecution", code_block)
    for operation in ("GetCalculationExecution", "GetCalculationExecutionStatus", "GetCalculationExecutionCode", "StopCalculationExecution"):
        judge(wire, operation, lambda: one_calculation)
    judge(wire, "ListSessions", lambda: {"WorkGroup": "spark35"})
    judge(wire, "ListNotebookSessions", lambda: {"NotebookId": notebook})
    judge(wire, "ListApplicationDPUSizes", dict)
    judge(wire, "GetWorkGroup", lambda: {"WorkGroup": "spark35"})
    judge(wire, "TerminateSession", lambda: {"SessionId": start("pyspark3")})
    states = set()
    for state in ("CREATING", "CREATED", "IDLE", "BUSY", "TERMINATING", "TERMINATED", "DEGRADED", "FAILED"):
        control.fault(kind="session-becomes", service="athena", state=state, reason="as the judge wants it", afterMs=0)
        session_id = start("spark35")
        states.add(wire.call("GetSession", {"SessionId": session_id})[1]["Status"]["State"])
        wire.call("ListSessions", {"WorkGroup": "spark35", "StateFilter": state})
    findings.record("GetSession and ListSessions: answers in all 8 states keep their shape", len(states) == 8, states)


def judge_emr_serverless(url):
    wire, control = Wire("emr-serverless", url), Control(url)

    def start_members():
        return {"applicationId": APPLICATION, "clientToken": str(uuid.uuid4()), "executionRoleArn": ROLE}

    session = {"applicationId": APPLICATION, "sessionId": wire.call("StartSession", start_members())[1]["sessionId"]}
    control.advance(5000)
    judge(wire, "StartSession", start_members)
    judge(wire, "GetSession", lambda: session)
    judge(wire, "GetSessionEndpoint", lambda: session)
    judge(wire, "ListSessions", lambda: {"applicationId": APPLICATION})
    dashboard = {"applicationId": APPLICATION, "resourceId": session["sessionId"], "resourceType": "SESSION"}
    judge(wire, "GetResourceDashboard", lambda: dashboard)
    judge(wire, "TerminateSession", lambda: session)
    judge(wire, "GetApplication", lambda: {"applicationId": APPLICATION})
    judge(wire, "StartApplication", lambda: {"applicationId": APPLICATION})
    judge(wire, "ListApplications", dict)

    def create_members():
        return {"releaseLabel": "emr-7.13.0", "type": "SPARK", "clientToken": str(uuid.uuid4())}

    judge(wire, "CreateApplication", create_members)
    created = wire.call("CreateApplication", create_members())[1]["applicationId"]
    judge(wire, "UpdateApplication", lambda: {"applicationId": created, "clientToken": str(uuid.uuid4())})
    judge(wire, "StopApplication", lambda: {"applicationId": created})
    judge(wire, "DeleteApplication", lambda: {"applicationId": created})
    tagged = f"arn:aws:emr-serverless:us-east-1:123456789012:/applications/{APPLICATION}"

    def tag_members():
        known = list(wire.call("ListTagsForResource", {"resourceArn": tagged})[1]["tags"])
        if known:
            wire.call("UntagResource", {"resourceArn": tagged, "tagKeys": known})
        return {"resourceArn": tagged, "tags": {"team": "data"}}

    judge(wire, "TagResource", tag_members)
    judge(wire, "UntagResource", lambda: {"resourceArn": tagged, "tagKeys": ["team"]})
    judge(wire, "ListTagsForResource", lambda: {"resourceArn": tagged})
    states = set()
    for state in ("SUBMITTED", "STARTING", "STARTED", "IDLE", "BUSY", "FAILED", "TERMINATING", "TERMINATED"):
        control.fault(kind="session-becomes", service="emr-serverless", state=state, reason="as the judge wants it", afterMs=0)
        session["sessionId"] = wire.call("StartSession", start_members())[1]["sessionId"]
        states.add(wire.call("GetSession", session)[1]["session"]["state"])
        wire.call("ListSessions", {"applicationId": APPLICATION, "states": [state]})
    findings.record("GetSession and ListSessions: answers in all 8 states keep their shape", len(states) == 8, states)


def judge_healthomics(url):
    wire, control = Wire("omics", url), Control(url)
    role = "arn:aws:iam::123456789012:role/omics"

    def start_members():
        settings = {"workflowId": "1234567", "roleArn": role}
        runs = {"inlineSettings": [{"runSettingId": "one"}]}
        return {"requestId": str(uuid.uuid4()), "defaultRunSetting": settings, "batchRunSettings": runs}

    def batch(age_ms):
        batch_id = wire.call("StartRunBatch", start_members())[1]["id"]
        control.advance(age_ms)
        return {"batchId": batch_id}

    judge(wire, "StartRunBatch", start_members)
    known = batch(60_000)
    run_id = wire.call("ListRunsInBatch", known)[1]["runs"][0]["runId"]
    judge(wire, "GetBatch", lambda: known)
    judge(wire, "ListRunsInBatch", lambda: known)
    judge(wire, "ListBatch", dict)
    judge(wire, "ListRuns", dict)
    judge(wire, "GetRun", lambda: {"id": run_id})
    judge(wire, "CancelRunBatch", lambda: batch(500))
    judge(wire, "DeleteRunBatch", lambda: batch(60_000))
    judge(wire, "DeleteBatch", lambda: batch(60_000))
    states = set()
    for age_ms in (0, 500, 1_000, 60_000):
        aged = batch(age_ms)
        states.add(wire.call("GetBatch", aged)[1]["status"])
        wire.call("ListRunsInBatch", aged)
    for operation, age_ms in (("CancelRunBatch", 500), ("DeleteRunBatch", 60_000)):
        changed = batch(age_ms)
        wire.call(operation, changed)
        for wait_ms in (0, 1_000):
            control.advance(wait_ms)
            states.add(wire.call("GetBatch", changed)[1]["status"])
            wire.call("ListRunsInBatch", changed)
    findings.record("GetBatch and ListRunsInBatch: answers in 8 states keep their shape", len(states) == 8, states)


def judge_emr(url):
    wire, control = Wire("emr", url), Control(url)
    cluster = {"ClusterId": "j-EMULATED1"}

    def start_members():
        return {**cluster, "Name": "judged", "ClientRequestToken": str(uuid.uuid4()), "ExecutionRoleArn": ROLE}

    session = {**cluster, "SessionId": wire.call("StartSession", start_members())[1]["Id"]}
    control.advance(5000)
    control.advance(5000)
    judge(wire, "StartSession", start_members)
    for operation in ("GetSession", "GetSessionEndpoint", "TerminateSession"):
        judge(wire, operation, lambda: session)
    for operation in ("ListSessions", "DescribeCluster"):
        judge(wire, operation, lambda: cluster)
    judge(wire, "ListClusters", dict)
    states = set()
    for state in ("SUBMITTED", "STARTING", "STARTED", "IDLE", "BUSY", "FAILED", "TERMINATING", "TERMINATED"):
        control.fault(kind="session-becomes", service="emr", state=state, reason="as the judge wants it", afterMs=0)
        session["SessionId"] = wire.call("StartSession", start_members())[1]["Id"]
        states.add(wire.call("GetSession", session)[1]["Session"]["State"])
        wire.call("ListSessions", {**cluster, "SessionStates": [state]})
    findings.record("EMR GetSession and ListSessions: answers in all 8 states keep their shape", len(states) == 8, states)
    status, raw = wire.call("TerminateJobFlows", {"JobFlowIds": [cluster["ClusterId"]]})
    findings.record("TerminateJobFlows: a plain request succeeds", status == 200, raw)
    clusters = set()
    for wait_ms in (0, 1_000):
        control.advance(wait_ms)
        clusters.add(wire.call("DescribeCluster", cluster)[1]["Cluster"]["Status"]["State"])
        wire.call("ListClusters", {})
    findings.record("DescribeCluster: answers of an ending cluster keep their shape", len(clusters) == 2, clusters)


def judge_glue(url):
    wire, control = Wire("glue", url), Control(url)

    def create_members(**more):
        return {"Id": str(uuid.uuid4()), "Role": ROLE, "Command": {"Name": "glueetl"}, **more}

    def create(**more):
        return wire.call("CreateSession", create_members(**more))[1]["Session"]["Id"]

    def stopped():
        session_id = create()
        wire.call("StopSession", {"Id": session_id})
        control.advance(1000)
        return {"Id": session_id}

    connect, livy = create(SessionType="SPARK_CONNECT", Timeout=10_000), create(SessionType="LIVY", Timeout=10_000)
    control.advance(2000)

    def statement():
        control.advance(2000)
        return {"SessionId": livy, "Code": "1"}

    wire.call("RunStatement", statement())
    arn = f"arn:aws:glue:us-east-1:123456789012:session/{connect}"
    judge(wire, "CreateSession", create_members)
    judge(wire, "GetSession", lambda: {"Id": connect})
    judge(wire, "ListSessions", dict)
    judge(wire, "GetSessionEndpoint", lambda: {"SessionId": connect})
    judge(wire, "GetDashboardUrl", lambda: {"ResourceId": connect, "ResourceType": "SESSION"})
    judge(wire, "RunStatement", statement)
    for operation in ("GetStatement", "CancelStatement"):
        judge(wire, operation, lambda: {"SessionId": livy, "Id": 1})
    judge(wire, "ListStatements", lambda: {"SessionId": livy})

    def tag_members():
        known = list(wire.call("GetTags", {"ResourceArn": arn})[1]["Tags"])
        wire.call("UntagResource", {"ResourceArn": arn, "TagsToRemove": known})
        return {"ResourceArn": arn, "TagsToAdd": {"team": "data"}}

    judge(wire, "TagResource", tag_members)
    judge(wire, "UntagResource", lambda: {"ResourceArn": arn, "TagsToRemove": ["team"]})
    judge(wire, "GetTags", lambda: {"ResourceArn": arn})
    judge(wire, "StopSession", lambda: {"Id": create()})
    judge(wire, "DeleteSession", stopped)
    states = set()
    for state in ("PROVISIONING", "READY", "FAILED", "TIMEOUT", "STOPPING", "STOPPED"):
        control.fault(kind="session-becomes", service="glue", state=state, reason="as the judge wants it", afterMs=0)
        states.add(wire.call("GetSession", {"Id": create()})[1]["Session"]["Status"])
        wire.call("ListSessions", {"Tags": {}})
    findings.record("GetSession and ListSessions: answers of Glue in all 6 states keep their shape", len(states) == 6, states)
    seen = set()
    for fail in (False, True):
        if fail:
            control.fault(kind="calculation-fails", service="glue", reason="ValueError: as the judge wants it")
        number = wire.call("RunStatement", statement())[1]["Id"]
        for wait_ms in (0, 2000):
            control.advance(wait_ms)
            seen.add(wire.call("GetStatement", {"SessionId": livy, "Id": number})[1]["Statement"]["State"])
    number = wire.call("RunStatement", statement())[1]["Id"]
    wire.call("CancelStatement", {"SessionId": livy, "Id": number})
    seen.add(wire.call("GetStatement", {"SessionId": livy, "Id": number})[1]["Statement"]["State"])
    findings.record("GetStatement: answers keep their shape, running and ended", seen >= {"RUNNING", "AVAILABLE", "ERROR", "CANCELLED"}, seen)


judge_athena(sys.argv[1])
judge_emr_serverless(sys.argv[2])
judge_healthomics(sys.argv[3])
judge_emr(sys.argv[4])
judge_glue(sys.argv[5])
findings.finish()
