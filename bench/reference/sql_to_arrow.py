"""PySpark in a process of its own: sql_to_arrow.py URL. A line `arrow ROWS` on stdin is answered with one line of JSON."""

import json
import sys
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
spark.sql("SELECT 1").toArrow()
print("{}", flush=True)
for line in sys.stdin:
    _, rows = line.split()
    sql = (
        "SELECT id, id * 2 AS twice, CAST(id AS DOUBLE) / 3 AS third, CAST(id % 1000 AS STRING) AS text "
        f"FROM range(0, {rows})"
    )
    started = time.perf_counter()
    table = spark.sql(sql).toArrow()
    print(json.dumps({"ms": (time.perf_counter() - started) * 1000, "rows": table.num_rows}), flush=True)
spark.stop()
