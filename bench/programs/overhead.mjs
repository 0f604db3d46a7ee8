// A look at a session through the adapter and all layers: node overhead.mjs PROVIDER ENDPOINT
import { openSessions } from 'anysession';
import { callContext, systemClock } from 'anysession';
import { answerMeasurements } from '../reference/overhead/measured-calls.mjs';

const [provider, endpoint] = process.argv.slice(2);
/** Our own budget would hold the calls back, which is its purpose and not the question here. */
const UNHURRIED = { readsPerSecond: 1e9, writesPerSecond: 1e9 };
const TIMEOUT_MS = 30_000;
const AWS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  endpoint,
  ...UNHURRIED,
};
const OPTIONS = {
  athena: { ...AWS, workgroup: 'spark35' },
  'emr-serverless': {
    ...AWS,
    applicationId: '00emulated1',
    executionRoleArn: 'arn:aws:iam::123456789012:role/spark',
  },
};
const IDS = { athena: '00000000-0000-4000-8000-000000000001', 'emr-serverless': '00000000000001' };

const sessions = await openSessions({
  config: { defaultEnvironment: 'bench', environments: { bench: { provider, ...OPTIONS[provider] } } },
});
const handle = { v: 1, provider, scope: sessions.provider.scope, id: IDS[provider] };

await answerMeasurements(() => sessions.provider.describe(handle, callContext(systemClock, { timeoutMs: TIMEOUT_MS })));
await sessions.close();
