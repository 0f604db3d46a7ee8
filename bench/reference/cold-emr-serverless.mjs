// Process start to the first answered look at a session, with the one SDK.
import { EMRServerlessClient, GetSessionCommand } from '@aws-sdk/client-emr-serverless';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new EMRServerlessClient({ region: 'us-east-1', endpoint: process.env.BENCH_ENDPOINT, credentials });
const { session } = await client.send(
  new GetSessionCommand({ applicationId: '00emulated1', sessionId: '00000000000001' }),
);
console.log(session.state);
client.destroy();
