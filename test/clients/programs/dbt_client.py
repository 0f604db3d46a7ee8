"""dbt with the `session` method of dbt-spark: `dbt show` of a statement."""

import json
import pathlib
import subprocess
import sys
import tempfile

from report import report, report_column, trial

PROFILE = "shop: {target: spark, outputs: {spark: {type: spark, method: session, host: NA, schema: default, threads: 1}}}"


def project():
    folder = pathlib.Path(tempfile.mkdtemp(dir="."))
    (folder / "profiles.yml").write_text(PROFILE)
    (folder / "dbt_project.yml").write_text("{name: shop, profile: shop, version: '1.0'}")
    return folder


def show(folder, sql):
    dbt = pathlib.Path(sys.executable).parent / "dbt"
    words = ["show", "--quiet", "--inline", sql, "--limit", "-1", "--output", "json", "--profiles-dir", "."]
    done = subprocess.run([dbt, *words], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return [list(row.values()) for row in json.loads(done.stdout[done.stdout.index("{") :])["show"]]


def column(folder, sql):
    rows = show(folder, sql)
    report_column(len(rows), (int(value).to_bytes(8, "little", signed=True) for [value] in rows))


trial(project, show, column)
