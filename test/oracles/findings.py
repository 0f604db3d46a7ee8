"""How an oracle reports: one line of JSON for each claim it checked."""

import json
import sys
import urllib.request


class Findings:
    """Collects claims and prints each as it is decided."""

    def __init__(self, client):
        self.client = client
        self.failed = 0

    def record(self, claim, holds, detail=""):
        self.failed += 0 if holds else 1
        print(json.dumps({"client": self.client, "claim": claim, "holds": bool(holds), "detail": str(detail)[:300]}), flush=True)
        return holds

    def finish(self):
        sys.exit(1 if self.failed else 0)


class Control:
    """The emulator's own routes: its clock, its faults, its truth."""

    def __init__(self, url):
        self.url = url

    def call(self, method, route, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/__emulator/{route}", data=data, method=method)
        request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def advance(self, ms):
        return self.call("POST", "advance", {"ms": ms})

    def fault(self, **fault):
        return self.call("POST", "faults", fault)

    def busy(self, session_id, busy):
        return self.call("POST", "busy", {"sessionId": session_id, "busy": busy})

    def oracle(self):
        return self.call("GET", "oracle")

    def log(self):
        return self.call("GET", "log")
