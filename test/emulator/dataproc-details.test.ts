import type { SessionControllerClient } from '@google-cloud/dataproc';
import { afterEach, describe, expect, it } from 'vitest';
import type { DataprocOptions } from '../../src/emulator/dataproc/dataproc-options.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { ASKED, codeOf, googleClient, PARENT, TRANSPORTS } from './dataproc-client.ts';

const TEMPLATE = `${PARENT}/sessionTemplates/nightly`;
const MINUTES = (count: number): { readonly seconds: number } => ({ seconds: count * 60 });

describe.each(TRANSPORTS)('what Dataproc says over %s besides its codes, with the real client', (transport) => {
  const opened: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  async function open(
    dataproc: DataprocOptions = {},
  ): Promise<{ emulator: Emulator; client: SessionControllerClient }> {
    const emulator = await startEmulator({ services: ['dataproc'], clock: 'virtual', dataproc });
    const client = googleClient(emulator, transport);
    opened.push(client, emulator);
    return { emulator, client };
  }
  const create = (client: SessionControllerClient, sessionId: string, session: object = ASKED) =>
    client.createSession({ parent: PARENT, sessionId, session });

  /** The details of a refusal, as Google's client reads them: parsed over gRPC, in the text of the answer over REST. */
  async function detailsOf(promise: Promise<unknown>): Promise<readonly unknown[]> {
    const error = (await promise.then(
      () => new Error('accepted'),
      (refused: unknown) => refused,
    )) as Error & { readonly statusDetails?: readonly unknown[] };
    if (transport === 'grpc') return error.statusDetails ?? [];
    return (JSON.parse(error.message) as { readonly error: { readonly details: readonly unknown[] } }).error.details;
  }

  it('why it refuses a call, for programs', async () => {
    const { emulator, client } = await open();
    const refusals = [
      [{ kind: 'throttle', retryAfterMs: 2_000 }, 'RATE_LIMIT_EXCEEDED'],
      [{ kind: 'error', code: 'PERMISSION_DENIED', httpStatus: 403 }, 'IAM_PERMISSION_DENIED'],
      [{ kind: 'error', code: 'UNAUTHENTICATED', httpStatus: 401 }, 'CREDENTIALS_MISSING'],
    ] as const;
    for (const [fault, reason] of refusals) {
      emulator.faults.add(fault);
      const [info] = await detailsOf(create(client, 'refused'));
      expect(info).toMatchObject({
        reason,
        domain: 'googleapis.com',
        metadata: { service: 'dataproc.googleapis.com' },
      });
    }
  });

  it.each([
    ['session_id', { sessionId: '-abc' }],
    ['parent', { parent: 'projects/p/locations/mars-north1' }],
    [
      'session.environment_config.execution_config.ttl',
      { session: { environmentConfig: { executionConfig: { ttl: MINUTES(1) } } } },
    ],
  ] as const)('which field of a request is wrong: %s', async (field, wrong) => {
    const { client } = await open();
    const request = { parent: PARENT, sessionId: 'fine', session: ASKED, ...wrong };
    const [badRequest] = await detailsOf(client.createSession(request));
    expect(badRequest).toMatchObject({ fieldViolations: [{ field, description: /./ }] });
  });

  it('why a creation came to nothing', async () => {
    const { emulator, client } = await open();
    emulator.faults.add({ kind: 'session-becomes', state: 'FAILED', reason: 'No capacity left.' });
    const [operation] = await create(client, 'failing');
    emulator.advance(1);
    await expect(operation.promise()).rejects.toMatchObject({
      code: 9,
      message: expect.stringContaining('No capacity left.') as string,
    });
  });

  it('what a template adds to a session, where the request says nothing', async () => {
    const { client } = await open({
      templates: {
        nightly: {
          labels: { pool: 'z', team: 'data' },
          runtimeConfig: { version: '2.3', properties: { 'spark.executor.cores': '8', 'spark.ui.enabled': 'false' } },
          environmentConfig: { executionConfig: { idleTtl: '1200s' } },
          jupyterSession: { displayName: 'nightly' },
        },
      },
    });
    await create(client, 'asked', { ...ASKED, sessionTemplate: TEMPLATE });
    const [asked] = await client.getSession({ name: `${PARENT}/sessions/asked` });
    expect(asked).toMatchObject({
      labels: { pool: 'a', team: 'data' },
      runtimeConfig: { version: '3.0', properties: { 'spark.executor.cores': '4', 'spark.ui.enabled': 'false' } },
      environmentConfig: { executionConfig: { idleTtl: { seconds: '1800' } } },
    });
    expect([Boolean(asked.sparkConnectSession), Boolean(asked.jupyterSession)]).toEqual([true, false]);
    await create(client, 'bare', { sessionTemplate: TEMPLATE });
    const [bare] = await client.getSession({ name: `${PARENT}/sessions/bare` });
    expect(bare).toMatchObject({
      runtimeConfig: { version: '2.3' },
      environmentConfig: { executionConfig: { idleTtl: { seconds: '1200' } } },
      jupyterSession: { displayName: 'nightly' },
    });
    const missing = create(client, 'missing', { sessionTemplate: `${PARENT}/sessionTemplates/other` });
    expect(await missing.then(() => 'accepted', codeOf)).toBe('INVALID_ARGUMENT');
  });
});

it('Dataproc lists its operations by filter and by pages', async () => {
  await using emulator = await startEmulator({
    services: ['dataproc'],
    clock: 'virtual',
    dataproc: { maxPageSize: 2 },
  });
  const client = googleClient(emulator, 'grpc');
  for (const sessionId of ['one-one', 'two-two', 'three-3']) {
    await client.createSession({ parent: PARENT, sessionId, session: ASKED });
  }
  emulator.advance(2_000);
  await client.terminateSession({ name: `${PARENT}/sessions/one-one` });
  await client.close();
  const list = async (query: Readonly<Record<string, string>>) => {
    const url = `${emulator.urls.dataprocRest}/v1/${PARENT}/operations?${new URLSearchParams(query).toString()}`;
    return (await (await fetch(url)).json()) as { readonly operations?: readonly unknown[]; nextPageToken?: string };
  };
  const count = async (filter: string): Promise<number> => {
    let found = 0;
    for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
      const page = await list({ filter, pageToken, pageSize: '100' });
      expect(page.operations?.length ?? 0).toBeLessThanOrEqual(2);
      found += page.operations?.length ?? 0;
      pageToken = page.nextPageToken;
    }
    return found;
  };
  expect([await count(''), await count('done = true'), await count('done=false')]).toEqual([4, 3, 1]);
  expect(await count(`metadata.operation_type = CREATE AND metadata.session="${PARENT}/sessions/one-one"`)).toBe(1);
  expect(await list({ filter: 'color=red' })).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } });
});
