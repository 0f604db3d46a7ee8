"""Google's client, in a session that runs."""

import os

from google.cloud.managed_spark_connect import ManagedSparkSession

from report import report_pandas, trial

trial(
    lambda: ManagedSparkSession.builder.sessionId(os.environ["ANYSESSION_SESSION"]).getOrCreate(),
    lambda spark, sql: [tuple(row) for row in spark.sql(sql).collect()],
    lambda spark, sql: report_pandas(spark.sql(sql).toPandas()["id"]),
)
