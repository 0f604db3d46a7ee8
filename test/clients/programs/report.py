"""What the program of a client prints: one JSON object a line."""

import hashlib
import json
import sys


def report(**facts):
    print(json.dumps(facts), flush=True)


def report_rows(rows):
    report(rows=[[int(value) for value in row] for row in rows])


def report_column(count, chunks):
    """The checksum is over all rows, each as eight bytes."""
    checksum = hashlib.sha256()
    for chunk in chunks:
        checksum.update(chunk)
    report(count=count, sha256=checksum.hexdigest())


def report_pandas(column):
    report_column(len(column), [column.to_numpy().astype("<i8").tobytes()])


def report_arrow(column):
    report_column(len(column), (memoryview(chunk.buffers()[1])[chunk.offset * 8 : (chunk.offset + len(chunk)) * 8] for chunk in column.chunks))


def run(step):
    """Runs a step, and prints its error the moment that it is thrown."""
    try:
        return step()
    except Exception as error:
        report(error=str(error))
        sys.exit(1)


def trial(connect, rows, column):
    """`PROGRAM job SQL` prints the rows, and `PROGRAM read SQL` a checksum of the column and then the rows of another statement."""
    mode, sql = sys.argv[1:]
    connection = run(connect)
    if mode == "job":
        run(lambda: report_rows(rows(connection, sql)))
    else:
        run(lambda: column(connection, sql))
        run(lambda: report_rows(rows(connection, "SELECT 1 AS one")))
