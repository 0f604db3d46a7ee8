"""Runs statements with PySpark and prints its answers, one JSON line each, in a form that two languages can agree on.

Usage: pyspark_answers.py URL < statements.json, a list of {"name", "sql"}; all of them run in one session, in order.
A value is written after its type: integers of 64 bits and decimals as text, other numbers as the bits of their double,
dates and times in ISO 8601, binary as hexadecimal digits, maps as pairs, structs as their members in order.
"""

import decimal
import json
import math
import struct
import sys

from pyspark.sql import SparkSession
from pyspark.sql import types as t

# TIME came with Spark 4.1.
TIME = getattr(t, "TimeType", ())
NUMBERS = (t.ByteType, t.ShortType, t.IntegerType, t.FloatType, t.DoubleType)


def duration(delta):
    """A time span as ISO 8601 writes it: hours, minutes and seconds, with one sign before everything."""
    total = (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds
    sign, total = ("-", -total) if total < 0 else ("", total)
    seconds, micros = divmod(total, 1_000_000)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    fraction = f".{micros:06d}".rstrip("0") if micros else ""
    parts = [f"{hours}H" if hours else "", f"{minutes}M" if minutes else ""]
    parts.append(f"{seconds}{fraction}S" if seconds or micros else "")
    return f"{sign}PT{''.join(parts)}" if any(parts) else "PT0S"


def moment(value, suffix):
    return value.replace(tzinfo=None).isoformat() + suffix


def canonical(value, kind):
    if value is None:
        return None
    if isinstance(kind, NUMBERS):
        number = float(value)
        return "nan" if math.isnan(number) else struct.pack(">d", number).hex()
    if isinstance(kind, t.DecimalType):
        return format(decimal.Decimal(value), "f")
    if isinstance(kind, t.LongType):
        return str(value)
    if isinstance(kind, t.BinaryType):
        return bytes(value).hex()
    if isinstance(kind, t.TimestampNTZType):
        return moment(value, "")
    if isinstance(kind, t.TimestampType):
        return moment(value, "Z")
    if isinstance(kind, (t.DateType, TIME)):
        return value.isoformat()
    if isinstance(kind, t.DayTimeIntervalType):
        return duration(value)
    if isinstance(kind, t.ArrayType):
        return [canonical(item, kind.elementType) for item in value]
    if isinstance(kind, t.MapType):
        pairs = [[canonical(k, kind.keyType), canonical(v, kind.valueType)] for k, v in value.items()]
        return sorted(pairs, key=json.dumps)
    if isinstance(kind, t.StructType):
        return [canonical(item, field.dataType) for item, field in zip(value, kind.fields)]
    if type(value).__name__ == "VariantVal":
        return [bytes(value.value).hex(), bytes(value.metadata).hex()]
    return value


def answer(spark, sql):
    frame = spark.sql(sql)
    fields = frame.schema.fields
    rows = [[canonical(value, field.dataType) for value, field in zip(row, fields)] for row in frame.collect()]
    return {"columns": [field.name for field in fields], "rows": rows}


def main():
    spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
    for statement in json.load(sys.stdin):
        try:
            found = answer(spark, statement["sql"])
        except Exception as error:  # Told to the test, which decides.
            found = {"error": f"{type(error).__name__}: {error}"[:400]}
        print(json.dumps({"name": statement["name"], **found}), flush=True)
    spark.stop()


main()
