import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { ASKED, dataprocStages, googleClient, outcomeOf, PARENT, TRANSPORTS } from './dataproc-client.ts';

const TEMPLATE = `${PARENT}/sessionTemplates/nightly`;

describe.each(TRANSPORTS)('details of Dataproc over %s, with the real client', (transport) => {
  const open = dataprocStages(transport);

  /** The details of a refusal, as Google's client reads them: parsed over gRPC, in the text of the answer over REST. */
  async function detailsOf(promise: Promise<unknown>): Promise<readonly unknown[]> {
    const error = (await promise.catch((refused: unknown) => refused)) as Error & {
      statusDetails?: readonly unknown[];
    };
    if (transport === 'grpc') return error.statusDetails ?? [];
    return (JSON.parse(error.message) as { readonly error: { readonly details: readonly unknown[] } }).error.details;
  }

  it('give the reason of a refusal, for programs', async () => {
    const { emulator, create } = await open();
    const refusals = [
      [{ kind: 'throttle', retryAfterMs: 2_000 }, 'RATE_LIMIT_EXCEEDED'],
      [{ kind: 'error', code: 'PERMISSION_DENIED', httpStatus: 403 }, 'IAM_PERMISSION_DENIED'],
      [{ kind: 'error', code: 'UNAUTHENTICATED', httpStatus: 401 }, 'CREDENTIALS_MISSING'],
    ] as const;
    for (const [fault, reason] of refusals) {
      emulator.faults.add(fault);
      const [info] = await detailsOf(create('refused'));
      const metadata = { service: 'dataproc.googleapis.com' };
      expect(info).toMatchObject({ reason, domain: 'googleapis.com', metadata });
    }
  });

  it.each([
    ['session_id', { sessionId: '-abc' }],
    ['parent', { parent: 'projects/p/locations/mars-north1' }],
    [
      'session.environment_config.execution_config.ttl',
      { session: { environmentConfig: { executionConfig: { ttl: { seconds: 60 } } } } },
    ],
  ] as const)('name the field of a request that is wrong: %s', async (field, wrong) => {
    const { client } = await open();
    const request = { parent: PARENT, sessionId: 'fine', session: ASKED, ...wrong };
    const [badRequest] = await detailsOf(client.createSession(request));
    expect(badRequest).toMatchObject({ fieldViolations: [{ field, description: /./ }] });
  });

  it('give the reason of a creation that failed', async () => {
    const { emulator, create } = await open();
    emulator.faults.add({ kind: 'session-becomes', state: 'FAILED', reason: 'No capacity left.' });
    const operation = await create('failing');
    emulator.advance(1);
    const message = expect.stringContaining('No capacity left.') as string;
    await expect(operation.promise()).rejects.toMatchObject({ code: 9, message });
  });

  it('include the values of a template that the request omits', async () => {
    const { create, get } = await open({
      templates: {
        nightly: {
          labels: { pool: 'z', team: 'data' },
          runtimeConfig: { version: '2.3', properties: { 'spark.executor.cores': '8', 'spark.ui.enabled': 'false' } },
          environmentConfig: { executionConfig: { idleTtl: '1200s' } },
          jupyterSession: { displayName: 'nightly' },
        },
      },
    });
    await create('asked', { ...ASKED, sessionTemplate: TEMPLATE });
    const asked = await get('asked');
    const properties = { 'spark.executor.cores': '4', 'spark.ui.enabled': 'false' };
    const environmentConfig = { executionConfig: { idleTtl: { seconds: '1800' } } };
    const merged = { labels: { pool: 'a', team: 'data' }, runtimeConfig: { version: '3.0', properties } };
    expect(asked).toMatchObject({ ...merged, environmentConfig });
    expect([Boolean(asked.sparkConnectSession), Boolean(asked.jupyterSession)]).toEqual([true, false]);
    await create('bare', { sessionTemplate: TEMPLATE });
    expect(await get('bare')).toMatchObject({
      runtimeConfig: { version: '2.3' },
      environmentConfig: { executionConfig: { idleTtl: { seconds: '1200' } } },
      jupyterSession: { displayName: 'nightly' },
    });
    const missing = create('missing', { sessionTemplate: `${PARENT}/sessionTemplates/other` });
    expect(await outcomeOf(missing)).toBe('INVALID_ARGUMENT');
  });
});

it('Dataproc lists its operations by filter and by pages', async () => {
  const dataproc = { maxPageSize: 2 };
  await using emulator = await startEmulator({ services: ['dataproc'], clock: 'virtual', dataproc });
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
