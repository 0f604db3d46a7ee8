import { createRequire } from 'node:module';
import protobuf, { type INamespace } from 'protobufjs';
import { fromProto3JSON, toProto3JSON } from 'proto3-json-serializer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { PARENT } from './dataproc-client.ts';

const require = createRequire(import.meta.url);
const protos = require('@google-cloud/dataproc/build/protos/protos.json') as INamespace;
const root = protobuf.Root.fromJSON(protos).resolveAll();
const V1 = 'google.cloud.dataproc.v1';
const OPERATION = 'google.longrunning.Operation';

/** Google's protos parse the answer and write it again: what they cannot parse throws, what they do not know is missing. */
function judge(type: string, answer: unknown): void {
  const message = fromProto3JSON(root.lookupType(type), answer as Parameters<typeof fromProto3JSON>[1]);
  expect(message).not.toBeNull();
  expect(withoutEmpty(toProto3JSON(message ?? root.lookupType(type).create()))).toEqual(withoutEmpty(answer));
}

/** The writer adds empty maps and lists, which mean nothing. */
function withoutEmpty(tree: unknown): unknown {
  const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return JSON.parse(JSON.stringify(tree, (_name, value: unknown) => (isEmpty(value) ? undefined : value)));
}

describe("every answer of the Dataproc emulator, judged by the protos of Google's client", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ services: ['dataproc'], clock: 'virtual' });
  });
  afterAll(() => emulator.close());

  async function ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${emulator.urls.dataprocRest}/v1/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return (await response.json()) as Record<string, unknown>;
  }

  it('Session, ListSessionsResponse, Operation with its metadata and response', async () => {
    const asked = {
      sparkConnectSession: {},
      labels: { team: 'a' },
      user: 'somebody@example.com',
      runtimeConfig: { version: '3.0', properties: { 'spark.executor.cores': '4' } },
      environmentConfig: {
        executionConfig: {
          ...{ serviceAccount: 'spark@p.iam.gserviceaccount.com', subnetworkUri: 'default', networkTags: ['spark'] },
          ...{ idleTtl: '1800s', ttl: '7200s' },
          authenticationConfig: { userWorkloadAuthenticationType: 'SERVICE_ACCOUNT' },
        },
      },
    };
    const created = await ask('POST', `${PARENT}/sessions?sessionId=judged&requestId=r-1`, asked);
    judge(OPERATION, created);
    emulator.advance(1_200);
    const done = await ask('GET', String(created['name']));
    expect(done).toMatchObject({ done: true });
    judge(OPERATION, done);
    // The other form of the same name.
    expect(await ask('GET', String(created['name']).replace('/regions/', '/locations/'))).toEqual(done);

    const session = await ask('GET', `${PARENT}/sessions/judged`);
    expect(session).toMatchObject({ ...asked, state: 'ACTIVE' });
    judge(`${V1}.Session`, session);
    const list = await ask('GET', `${PARENT}/sessions`);
    judge(`${V1}.ListSessionsResponse`, list);

    judge(OPERATION, await ask('POST', `${PARENT}/sessions/judged:terminate`));
    emulator.advance(300);
    judge(OPERATION, await ask('DELETE', `${PARENT}/sessions/judged`));
    const operations = await ask('GET', 'projects/p/regions/us-central1/operations');
    expect(operations['operations']).toHaveLength(3);
    judge('google.longrunning.ListOperationsResponse', operations);
  });

  it('an operation that failed, and a refusal', async () => {
    emulator.faults.add({ kind: 'session-becomes', state: 'FAILED', reason: 'no capacity' });
    const created = await ask('POST', `${PARENT}/sessions?sessionId=failing`, { sparkConnectSession: {} });
    emulator.advance(1);
    const failed = await ask('GET', String(created['name']));
    const error = { code: 9, message: expect.stringContaining('no capacity') as string };
    expect(failed).toMatchObject({ done: true, error });
    judge(OPERATION, failed);

    emulator.faults.add({ kind: 'throttle', retryAfterMs: 3_000 });
    const domain = { domain: 'googleapis.com', metadata: { service: 'dataproc.googleapis.com' } };
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED', ...domain },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3s' },
    ];
    const message = expect.stringContaining('Quota exceeded') as string;
    const refusal = { code: 429, message, status: 'RESOURCE_EXHAUSTED', details };
    expect(await ask('GET', `${PARENT}/sessions/failing`)).toEqual({ error: refusal });
  });

  it.each([{ name: 'n', colour: 'red' }, { state: 'BUSY' }, { labels: 'none' }])('the judge condemns %j', (wrong) => {
    expect(() => judge(`${V1}.Session`, wrong)).toThrow();
  });
});
