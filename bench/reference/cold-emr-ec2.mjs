// Process start to the first answered look at a session, with the one SDK.
import { EMRClient, GetSessionCommand } from '@aws-sdk/client-emr';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new EMRClient({ region: 'us-east-1', endpoint: process.env.BENCH_ENDPOINT, credentials });
const { Session } = await client.send(
  new GetSessionCommand({ ClusterId: 'j-EMULATED1', SessionId: 'is-0000000000001' }),
);
console.log(Session.State);
client.destroy();
