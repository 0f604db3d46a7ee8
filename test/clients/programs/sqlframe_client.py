"""sqlframe on PySpark."""

from pyspark.sql import SparkSession
from sqlframe.spark import SparkSession as Frames

from report import report_pandas, trial

trial(
    lambda: Frames.builder.config("sqlframe.conn", SparkSession.builder.getOrCreate()).getOrCreate(),
    lambda spark, sql: [tuple(row) for row in spark.sql(sql).collect()],
    lambda spark, sql: report_pandas(spark.sql(sql).toPandas()["id"]),
)
