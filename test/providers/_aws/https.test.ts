import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** A session's life over TLS, in a process of its own: whom Node trusts is settled when it starts. */
const PROGRAM = `
  import { plugin } from './providers/athena/plugin.ts';
  import { systemClock } from './src/session/system-ports.ts';
  const parsed = plugin.parseOptions({
    region: 'us-east-1', workgroup: 'spark35', endpoint: process.env.ENDPOINT,
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const provider = plugin.create(parsed.config, { clock: systemClock });
  const call = { signal: new AbortController().signal, deadline: Infinity, attempt: 1 };
  const request = { token: 'as-0123456789abcdef0123456789ab-1', owner: 'tests', idleTimeoutMs: 600_000, labels: {} };
  try {
    const { handle } = await provider.start(request, call);
    const { details } = await provider.describe(handle, call);
    const ended = await provider.terminate(handle, call);
    console.log(details.ownership.owner, ended.state);
  } catch (error) {
    console.log(error.kind, error.effect);
  }
  await provider.close();`;

describe('AWS over https', { timeout: 60_000 }, () => {
  let emulator: Emulator;
  let front: Server;
  let endpoint: string;

  beforeAll(async () => {
    emulator = await startEmulator({ services: ['athena'] });
    const { hostname, port } = new URL(emulator.urls.athena);
    const tls = { key: readFileSync(fixture('loopback-key.pem')), cert: readFileSync(fixture('loopback-cert.pem')) };
    front = createServer(tls, (incoming, response) => {
      const { method, url, headers } = incoming;
      const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(onward);
    }).listen(0, '127.0.0.1');
    await once(front, 'listening');
    endpoint = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
    await emulator.close();
  });

  const trip = async (trust: Record<string, string>): Promise<string> => {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
    const env = { ...process.env, ENDPOINT: endpoint, ...trust };
    return (await promisify(execFile)(process.execPath, args, { cwd: ROOT, env, timeout: 50_000 })).stdout.trim();
  };

  it('a session starts, is looked at and ends where the certificate is trusted', async () => {
    expect(await trip({ NODE_EXTRA_CA_CERTS: fixture('loopback-cert.pem') })).toBe('tests terminated');
    emulator.advance(60_000);
    expect(emulator.oracle.live()).toEqual([]);
  });

  it('where it is not trusted that is said, and nothing was sent', async () => {
    const before = emulator.log().length;
    expect(await trip({ NODE_EXTRA_CA_CERTS: '' })).toBe('config-invalid none');
    expect(emulator.log()).toHaveLength(before);
  });
});
