"""PySpark, and the packages with its interface."""

import os

from pyspark.sql import SparkSession

from report import report_pandas, trial

trial(
    lambda: SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate(),
    lambda spark, sql: [tuple(row) for row in spark.sql(sql).collect()],
    lambda spark, sql: report_pandas(spark.sql(sql).toPandas()["id"]),
)
