// Process start to the first answered look at a session, with the one SDK.
import { GlueClient, GetSessionCommand } from '@aws-sdk/client-glue';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new GlueClient({ region: 'us-east-1', endpoint: process.env.BENCH_ENDPOINT, credentials });
const { Session: session } = await client.send(new GetSessionCommand({ Id: 'bench-session' }));
console.log(session.Status);
client.destroy();
