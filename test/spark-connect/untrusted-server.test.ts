import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { sparkConnectFactory } from '../../src/spark-connect/spark-connect-factory.ts';

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../providers/_aws/fixtures/${name}`, import.meta.url)));
const HANDLE = { v: 1, provider: 'athena', scope: 'work', id: 'one' } as const;
const CALL = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };

let server: grpc.Server;
let port: number;

beforeAll(async () => {
  server = new grpc.Server();
  const key = { private_key: fixture('loopback-key.pem'), cert_chain: fixture('loopback-cert.pem') };
  port = await new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createSsl(null, [key]), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
});

afterAll(() => {
  server.forceShutdown();
});

it('whose certificate nobody vouches for is told at once, as a matter of configuration', async () => {
  let asked = 0;
  const runner = sparkConnectFactory({ clock: systemClock, random: systemRandom, logger: silentLogger })(async () => {
    asked += 1;
    return { host: '127.0.0.1', port, tls: true, metadata: {}, expiresAtMs: Number.POSITIVE_INFINITY };
  });
  await expect(runner.execute(HANDLE, { id: 's', text: 'SELECT 1' }, CALL)).rejects.toMatchObject({
    kind: 'config-invalid',
    message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  });
  // A server that is away is asked for again and again.
  expect(asked).toBe(1);
  await runner.close();
});
