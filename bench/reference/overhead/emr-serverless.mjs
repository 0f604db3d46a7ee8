// Describes a session with the SDK's own client, as its documentation shows it.
import { EMRServerlessClient, GetSessionCommand } from '@aws-sdk/client-emr-serverless';
import { answerMeasurements } from './measured-calls.mjs';

const [endpoint] = process.argv.slice(2);
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new EMRServerlessClient({ region: 'us-east-1', endpoint, credentials });

await answerMeasurements(() =>
  client.send(new GetSessionCommand({ applicationId: '00emulated1', sessionId: '00000000000001' })),
);
client.destroy();
