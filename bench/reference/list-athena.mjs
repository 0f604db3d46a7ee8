// Process start to a printed list of sessions, with the one SDK: the same three calls, because DEGRADED and TERMINATING have their own lists.
import { AthenaClient, ListSessionsCommand } from '@aws-sdk/client-athena';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new AthenaClient({ region: 'us-east-1', endpoint: process.env.BENCH_ENDPOINT, credentials });
const found = [];
for (const StateFilter of [undefined, 'DEGRADED', 'TERMINATING']) {
  const { Sessions } = await client.send(
    new ListSessionsCommand({ WorkGroup: 'spark35', MaxResults: 100, StateFilter }),
  );
  found.push(...Sessions);
}
console.log(JSON.stringify(found));
client.destroy();
