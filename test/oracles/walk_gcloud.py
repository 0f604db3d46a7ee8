"""
gcloud walks Dataproc's sessions over REST: create, describe, list, terminate, delete.
Argument: the REST address of the Dataproc emulator; with a virtual clock.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading

from findings import Control, Findings

findings = Findings("gcloud over REST")


def walk(url, control, folder):
    token = os.path.join(folder, "token")
    with open(token, "w", encoding="ascii") as file:
        file.write("not-a-token")
    environment = {
        **os.environ,
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAPROC": f"{url}/",
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": token,
        "CLOUDSDK_CONFIG": os.path.join(folder, "config"),
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_PROJECT": "p",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
    }

    def gcloud(*words):
        command = ["gcloud", "beta", "dataproc", "sessions", *words, "--location=us-central1", "--format=json"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def accepted(claim, done, holds=lambda answer: True):
        answer = json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None
        findings.record(claim, done.returncode == 0 and holds(answer), done.stderr or done.stdout)
        return answer

    created = gcloud("create", "spark", "walk-gcloud", "--async", "--labels=pool=a", "--max-idle=1800s")
    accepted("gcloud creates a session", created)
    control.advance(1200)
    accepted(
        "gcloud describes it", gcloud("describe", "walk-gcloud"),
        lambda session: session["state"] == "ACTIVE" and session["labels"]["pool"] == "a",
    )  # fmt: skip
    accepted(
        "gcloud lists it by a filter", gcloud("list", "--filter=state=ACTIVE"),
        lambda sessions: [each["name"].split("/")[-1] for each in sessions] == ["walk-gcloud"],
    )  # fmt: skip
    unknown = gcloud("describe", "nobody")
    findings.record("gcloud reports an unknown session", unknown.returncode != 0 and "NOT_FOUND" in unknown.stderr, unknown.stderr)

    def ended(claim, verb):
        """gcloud waits for the end itself, so time has to pass meanwhile."""
        over = threading.Event()

        def pass_time():
            while not over.wait(0.5):
                control.advance(1000)

        ticking = threading.Thread(target=pass_time)
        ticking.start()
        try:
            accepted(claim, gcloud(verb, "walk-gcloud"))
        finally:
            over.set()
            ticking.join()

    ended("gcloud terminates it", "terminate")
    accepted("gcloud shows it as TERMINATED", gcloud("describe", "walk-gcloud"), lambda session: session["state"] == "TERMINATED")
    ended("gcloud deletes it", "delete")
    gone = gcloud("describe", "walk-gcloud")
    findings.record("gcloud reports a deleted session as unknown", gone.returncode != 0 and "NOT_FOUND" in gone.stderr, gone.stderr)


(rest_url,) = sys.argv[1:]
with tempfile.TemporaryDirectory() as scratch:
    walk(rest_url, Control(rest_url), scratch)
findings.finish()
