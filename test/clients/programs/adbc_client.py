"""The ADBC driver."""

import os

import adbc_driver_spark.dbapi as driver

from report import report_arrow, trial


def table(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetch_arrow_table()


trial(
    lambda: driver.connect(os.environ["SPARK_REMOTE"]),
    lambda connection, sql: [tuple(row.values()) for row in table(connection, sql).to_pylist()],
    lambda connection, sql: report_arrow(table(connection, sql).column("id")),
)
