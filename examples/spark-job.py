"""A PySpark program that knows no address: anysession exec -- python examples/spark-job.py

The same file runs on a laptop and on a cloud: ANYSESSION_ENV, or --env, chooses where.
"""
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
flights = spark.sql("SELECT id % 5 AS carrier, id % 60 AS delay FROM range(1000)")
flights.groupBy("carrier").avg("delay").orderBy("carrier").show()
