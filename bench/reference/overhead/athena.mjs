// Describes a session with the SDK's own client, as its documentation shows it.
import { AthenaClient, GetSessionCommand } from '@aws-sdk/client-athena';
import { answerMeasurements } from './measured-calls.mjs';

const [endpoint] = process.argv.slice(2);
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new AthenaClient({ region: 'us-east-1', endpoint, credentials });

await answerMeasurements(() =>
  client.send(new GetSessionCommand({ SessionId: '00000000-0000-4000-8000-000000000001' })),
);
client.destroy();
