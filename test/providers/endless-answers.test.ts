import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBatches } from '../../src/open-batches.ts';
import { openSessions } from '../../src/open-sessions.ts';
import { failureOf } from '../failure-of.ts';
import { TEST_CREDENTIALS } from './athena/emulated-subject.ts';

const CHUNK = Buffer.alloc(1024 ** 2, '{"a":1},');
const aws = { region: 'us-east-1', credentials: TEST_CREDENTIALS };

describe('an answer without an end is refused by its size', () => {
  let server: Server;
  let sent = 0;
  let endpoint = '';

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"sessions":[');
      const fill = (): void => {
        do sent += CHUNK.length;
        while (!response.destroyed && response.write(CHUNK));
      };
      response.on('drain', fill);
      response.on('error', () => {});
      fill();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['athena', { ...aws, workgroup: 'spark' }, 'endpoint'],
    [
      'emr-serverless',
      { ...aws, applicationId: '00f1abcdefghij0k', executionRoleArn: 'arn:aws:iam::123456789012:role/r' },
      'endpoint',
    ],
    ['emr-ec2', { ...aws, clusterId: 'j-2AXXXXXXGAPLF' }, 'endpoint'],
    ['glue', { ...aws, roleArn: 'arn:aws:iam::123456789012:role/r' }, 'endpoint'],
    ['dataproc', { project: 'my-project', region: 'us-central1', transport: 'rest' }, 'endpoint'],
  ])('%s', async (provider, options, option) => {
    sent = 0;
    const test = { provider, ...options, [option]: endpoint };
    await using sessions = await openSessions({ config: { environments: { test } }, environment: 'test', env: {} });
    const error = await failureOf(async () => {
      for await (const _ of sessions.list());
    });
    expect(error).toMatchObject({ kind: 'unexpected', message: expect.stringMatching(/67108864/) });
    expect(sent).toBeLessThan(100 * 1024 ** 2);
  });

  it('healthomics', async () => {
    sent = 0;
    const test = { provider: 'healthomics', ...aws, endpoint };
    await using batches = await openBatches({ config: { environments: { test } }, environment: 'test', env: {} });
    const error = await failureOf(async () => {
      for await (const _ of batches.list());
    });
    expect(error).toMatchObject({ kind: 'unexpected', message: expect.stringMatching(/67108864/) });
    expect(sent).toBeLessThan(100 * 1024 ** 2);
  });
});

describe('an answer of Dataproc over REST that cannot be read is the fault of the service', () => {
  it.each([
    ['JSON 6,000 deep', '['.repeat(6000) + ']'.repeat(6000)],
    ['a list that is none', '{"sessions":{"a":1}}'],
    ['a name that is none', '{"sessions":[{"name":{"a":1}}]}'],
    ['no JSON', '<html>'],
  ])('%s', async (_, body) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const test = { provider: 'dataproc', project: 'my-project', region: 'us-central1', transport: 'rest', endpoint };
    await using sessions = await openSessions({ config: { environments: { test } }, environment: 'test', env: {} });
    const error = await failureOf(async () => {
      for await (const _ of sessions.list());
    });
    server.closeAllConnections();
    server.close();
    expect(error).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/cannot read the answer of Dataproc/),
    });
  });
});
