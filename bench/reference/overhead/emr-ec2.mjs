// Describes a session with the SDK's own client, as its documentation shows it.
import { EMRClient, GetSessionCommand } from '@aws-sdk/client-emr';
import { answerMeasurements } from './measured-calls.mjs';

const [endpoint] = process.argv.slice(2);
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new EMRClient({ region: 'us-east-1', endpoint, credentials });

await answerMeasurements(() =>
  client.send(new GetSessionCommand({ ClusterId: 'j-EMULATED1', SessionId: 'is-0000000000001' })),
);
client.destroy();
