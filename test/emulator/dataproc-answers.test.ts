import { createRequire } from 'node:module';
import protobuf, { type INamespace } from 'protobufjs';
import { fromProto3JSON, toProto3JSON } from 'proto3-json-serializer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';

const require = createRequire(import.meta.url);
const root = protobuf.Root.fromJSON(
  require('@google-cloud/dataproc/build/protos/protos.json') as INamespace,
).resolveAll();
const V1 = 'google.cloud.dataproc.v1';
const PLACE = 'projects/p/locations/us-central1';

type Json = Parameters<typeof fromProto3JSON>[1];

/** Google's own protos read the answer and write it again: what they cannot read throws, what they do not know is lost. */
function rewritten(type: string, answer: unknown): unknown {
  const message = fromProto3JSON(root.lookupType(type), answer as Json);
  if (message === null) throw new Error(`${type} is not there`);
  return withoutEmpty(toProto3JSON(message));
}

/** The writer writes out empty maps and lists, which say nothing. */
function withoutEmpty(tree: unknown): unknown {
  return JSON.parse(
    JSON.stringify(tree, (_name, value: unknown) =>
      typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value,
    ),
  );
}

function judge(type: string, answer: unknown): void {
  expect(rewritten(type, answer)).toEqual(withoutEmpty(answer));
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
          serviceAccount: 'spark@p.iam.gserviceaccount.com',
          subnetworkUri: 'default',
          networkTags: ['spark'],
          idleTtl: '1800s',
          ttl: '7200s',
          authenticationConfig: { userWorkloadAuthenticationType: 'SERVICE_ACCOUNT' },
        },
      },
    };
    const created = await ask('POST', `${PLACE}/sessions?sessionId=judged&requestId=r-1`, asked);
    judge('google.longrunning.Operation', created);
    emulator.advance(1_200);
    const done = await ask('GET', String(created['name']));
    expect(done).toMatchObject({ done: true });
    judge('google.longrunning.Operation', done);
    // The other spelling of the same place.
    expect(await ask('GET', String(created['name']).replace('/regions/', '/locations/'))).toEqual(done);

    const session = await ask('GET', `${PLACE}/sessions/judged`);
    expect(session).toMatchObject({ ...asked, state: 'ACTIVE' });
    judge(`${V1}.Session`, session);
    const list = await ask('GET', `${PLACE}/sessions`);
    judge(`${V1}.ListSessionsResponse`, list);

    for (const [method, path] of [
      ['POST', `${PLACE}/sessions/judged:terminate`],
      ['DELETE', `${PLACE}/sessions/judged`],
    ] as const) {
      const operation = await ask(method, path);
      judge('google.longrunning.Operation', operation);
      emulator.advance(300);
    }
    const operations = await ask('GET', 'projects/p/regions/us-central1/operations');
    expect(operations['operations']).toHaveLength(3);
    judge('google.longrunning.ListOperationsResponse', operations);
  });

  it('an operation that failed, and a refusal', async () => {
    emulator.faults.add({ kind: 'session-becomes', state: 'FAILED', reason: 'no capacity' });
    const created = await ask('POST', `${PLACE}/sessions?sessionId=failing`, { sparkConnectSession: {} });
    emulator.advance(1);
    const failed = await ask('GET', String(created['name']));
    expect(failed).toMatchObject({
      done: true,
      error: { code: 9, message: expect.stringContaining('no capacity') as string },
    });
    judge('google.longrunning.Operation', failed);

    emulator.faults.add({ kind: 'throttle', retryAfterMs: 3_000 });
    expect(await ask('GET', `${PLACE}/sessions/failing`)).toEqual({
      error: {
        code: 429,
        message: expect.stringContaining('Quota exceeded') as string,
        status: 'RESOURCE_EXHAUSTED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'RATE_LIMIT_EXCEEDED',
            domain: 'googleapis.com',
            metadata: { service: 'dataproc.googleapis.com' },
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3s' },
        ],
      },
    });
  });

  it('the judge condemns a member that no proto knows, a state that there is not, and a wrong type', () => {
    expect(() => {
      judge(`${V1}.Session`, { name: 'n', colour: 'red' });
    }).toThrow();
    expect(() => {
      judge(`${V1}.Session`, { state: 'BUSY' });
    }).toThrow();
    expect(() => {
      judge(`${V1}.Session`, { labels: 'none' });
    }).toThrow();
  });
});
