// Process start to the first answered look at a session, with the one SDK.
import { AthenaClient, GetSessionCommand } from '@aws-sdk/client-athena';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new AthenaClient({ region: 'us-east-1', endpoint: process.env.BENCH_ENDPOINT, credentials });
const { Status } = await client.send(new GetSessionCommand({ SessionId: '00000000-0000-4000-8000-000000000001' }));
console.log(Status.State);
client.destroy();
