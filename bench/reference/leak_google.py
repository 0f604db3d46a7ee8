"""
A session as Google's Spark client for Python starts it: leak_google.py URL. Prints a line when it is ready, and then works until it is killed.
It asks for no idle ttl, and ends sessions at exit only with DATAPROC_SPARK_CONNECT_SESSION_TERMINATE_AT_EXIT=true.
See https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (session.py, read 2026-11-30).
"""

import sys
import time

import grpc
from google.api_core import retry
from google.api_core.future.polling import POLLING_PREDICATE
from google.cloud import dataproc_v1
from google.cloud.dataproc_v1.services.session_controller.transports import SessionControllerGrpcTransport

channel = grpc.insecure_channel(sys.argv[1].removeprefix("http://"))
client = dataproc_v1.SessionControllerClient(transport=SessionControllerGrpcTransport(channel=channel))
request = dataproc_v1.CreateSessionRequest(
    parent="projects/bench-project/locations/us-central1",
    session_id="leak-google",
    session=dataproc_v1.Session(spark_connect_session=dataproc_v1.SparkConnectConfig()),
)
operation = client.create_session(request)
polling = retry.Retry(predicate=POLLING_PREDICATE, initial=5.0, maximum=5.0, multiplier=1.0, timeout=600)
print(operation.result(polling=polling).name, flush=True)
time.sleep(3600)
