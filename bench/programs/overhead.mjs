// Describes a session through the adapter and all layers: node overhead.mjs SUBJECT ENDPOINT
import { openSessions } from 'anysession';
import { answerMeasurements } from '../reference/overhead/measured-calls.mjs';

const [subject, endpoint] = process.argv.slice(2);
/** Our own budget would hold the calls back, which is its purpose and not the question here. */
const UNHURRIED = { readsPerSecond: 1e9, writesPerSecond: 1e9 };
const TIMEOUT_MS = 30_000;
const AWS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  endpoint,
  ...UNHURRIED,
};
const DATAPROC = {
  provider: 'dataproc',
  project: 'bench-project',
  region: 'us-central1',
  endpoint,
  ...UNHURRIED,
};
const OPTIONS = {
  athena: { ...AWS, provider: 'athena', workgroup: 'spark35' },
  'emr-serverless': {
    ...AWS,
    provider: 'emr-serverless',
    applicationId: '00emulated1',
    executionRoleArn: 'arn:aws:iam::123456789012:role/spark',
  },
  'emr-ec2': { ...AWS, provider: 'emr-ec2', clusterId: 'j-EMULATED1' },
  glue: { ...AWS, provider: 'glue', roleArn: 'arn:aws:iam::123456789012:role/spark' },
  'dataproc-grpc': { ...DATAPROC, transport: 'grpc' },
  'dataproc-rest': { ...DATAPROC, transport: 'rest' },
};
const IDS = {
  athena: '00000000-0000-4000-8000-000000000001',
  'emr-serverless': '00000000000001',
  'emr-ec2': 'is-0000000000001',
  glue: 'bench-session',
  dataproc: 'bench-session',
};

const sessions = await openSessions({
  config: { defaultEnvironment: 'bench', environments: { bench: OPTIONS[subject] } },
});
const { id: provider, scope } = sessions.provider;
const handle = { v: 1, provider, scope, id: IDS[provider] };

const { signal } = new AbortController();
const call = () => ({ signal, deadline: performance.now() + TIMEOUT_MS, attempt: 1 });

await answerMeasurements(() => sessions.provider.describe(handle, call()));
await sessions.close();
