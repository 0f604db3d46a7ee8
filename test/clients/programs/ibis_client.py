"""ibis on PySpark."""

import ibis
from pyspark.sql import SparkSession

from report import report_arrow, trial

trial(
    lambda: ibis.pyspark.connect(SparkSession.builder.getOrCreate()),
    lambda connection, sql: connection.sql(sql).to_pandas().values.tolist(),
    lambda connection, sql: report_arrow(connection.sql(sql).to_pyarrow().column("id")),
)
