// Describes a session with the SDK's own client, as its documentation shows it.
import { GlueClient, GetSessionCommand } from '@aws-sdk/client-glue';
import { answerMeasurements } from './measured-calls.mjs';

const [endpoint] = process.argv.slice(2);
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new GlueClient({ region: 'us-east-1', endpoint, credentials });

await answerMeasurements(() => client.send(new GetSessionCommand({ Id: 'bench-session' })));
client.destroy();
