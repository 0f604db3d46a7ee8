import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpointTo, runnerTo, runOne } from './connect-stage.ts';

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../providers/_aws/fixtures/${name}`, import.meta.url)));

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

it('whose certificate is not trusted fails at once, as invalid configuration', async () => {
  let asked = 0;
  const runner = runnerTo(async () => {
    asked += 1;
    // By name: on Node 26, gRPC cannot use TLS with an IP address.
    return endpointTo(port, { tls: true, host: 'localhost' });
  });
  await expect(runOne(runner)).rejects.toMatchObject({
    kind: 'config-invalid',
    effect: 'none',
    message: expect.stringMatching(new RegExp(`localhost:${port}.*certificate.*NODE_EXTRA_CA_CERTS`)),
  });
  // An unavailable server is tried again and again.
  expect(asked).toBe(1);
  await runner.close();
});
