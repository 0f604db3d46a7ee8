// What people write without exec: start a session with the SDK, wait for it, run a command on its endpoint, end it.
// start-and-run.mjs PROGRAM, with the address of Athena in BENCH_ENDPOINT.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  AthenaClient,
  GetSessionCommand,
  GetSessionEndpointCommand,
  StartSessionCommand,
  TerminateSessionCommand,
} from '@aws-sdk/client-athena';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const client = new AthenaClient({ region: 'us-east-1', endpoint: process.env.BENCH_ENDPOINT, credentials });
const { SessionId } = await client.send(
  new StartSessionCommand({ WorkGroup: 'spark35', EngineConfiguration: { MaxConcurrentDpus: 2 } }),
);
for (;;) {
  const { Status } = await client.send(new GetSessionCommand({ SessionId }));
  if (Status.State === 'IDLE') break;
}
const { EndpointUrl, AuthToken } = await client.send(new GetSessionEndpointCommand({ SessionId }));
const SPARK_REMOTE = `sc://127.0.0.1:${new URL(EndpointUrl).port}/;x-aws-proxy-auth=${AuthToken}`;
const command = spawn(process.execPath, [process.argv[2]], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, SPARK_REMOTE },
});
await once(command, 'close');
await client.send(new TerminateSessionCommand({ SessionId }));
client.destroy();
