"""Reads a large result with PySpark and prints what arrived, as JSON.

Usage: pyspark_read.py URL ROWS; the result has the numbers from 0.
"""

import json
import sys

from pyspark.sql import SparkSession

url, rows = sys.argv[1], int(sys.argv[2])
spark = SparkSession.builder.remote(url).getOrCreate()
column = spark.sql(f"SELECT id FROM range(0, {rows})").toPandas()["id"]
print(json.dumps({"rows": len(column), "isInOrder": bool((column == column.index).all())}))
print(json.dumps({"next": spark.sql("SELECT 1 AS one").collect()[0]["one"]}))
