// The services of the overhead and cold benches: they answer one look at one session at once, as the clouds word it.
// Prints its URL as its first line.
import { createServer } from 'node:http';

const SESSION_ID = '00000000-0000-4000-8000-000000000001';
const started = Math.floor(Date.now() / 1000);

const athena = JSON.stringify({
  SessionId: SESSION_ID,
  WorkGroup: 'spark35',
  EngineVersion: 'Apache Spark version 3.5',
  EngineConfiguration: { MaxConcurrentDpus: 20 },
  SessionConfiguration: { IdleTimeoutSeconds: 1200 },
  Status: { StartDateTime: started, LastModifiedDateTime: started, State: 'IDLE' },
});
const emrServerless = JSON.stringify({
  session: {
    applicationId: '00emulated1',
    sessionId: '00000000000001',
    arn: 'arn:aws:emr-serverless:us-east-1:123456789012:/applications/00emulated1/sessions/00000000000001',
    state: 'STARTED',
    stateDetails: '',
    createdBy: 'arn:aws:iam::123456789012:user/bench',
    createdAt: started,
    updatedAt: started,
    executionRole: 'arn:aws:iam::123456789012:role/spark',
    releaseLabel: 'emr-7.13.0',
  },
});

const emr = JSON.stringify({
  Session: {
    Id: 'is-0000000000001',
    ClusterId: 'j-EMULATED1',
    Name: 'bench',
    Arn: 'arn:aws:elasticmapreduce:us-east-1:123456789012:cluster/j-EMULATED1/session/is-0000000000001',
    State: 'IDLE',
    StateChangeReason: '',
    ReleaseLabel: 'emr-spark-8.0.0',
    AccountId: '123456789012',
    CreatedAt: started,
    UpdatedAt: started,
    StartedAt: started,
    IdleSince: started,
    SessionIdleTimeoutInMinutes: 60,
    Tags: [],
  },
});

const glue = JSON.stringify({
  Session: {
    Id: 'bench-session',
    Status: 'READY',
    CreatedOn: started,
    Role: 'arn:aws:iam::123456789012:role/spark',
    Command: { Name: 'glueetl', PythonVersion: '3' },
    GlueVersion: '5.0',
    WorkerType: 'G.1X',
    NumberOfWorkers: 3,
    MaxCapacity: 3,
    IdleTimeout: 60,
    SessionType: 'SPARK_CONNECT',
  },
});

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const { 'x-amz-target': target } = request.headers;
    const body =
      target === undefined
        ? emrServerless
        : target.startsWith('ElasticMapReduce')
          ? emr
          : target.startsWith('AWSGlue.')
            ? glue
            : athena;
    response.writeHead(200, {
      'content-type': target !== undefined ? 'application/x-amz-json-1.1' : 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': SESSION_ID,
    });
    response.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
