import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import type { SessionControllerClient } from '@google-cloud/dataproc';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { DataprocOptions } from '../../src/emulator/dataproc/dataproc-options.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { ASKED, codeOf, googleClient, PARENT, TRANSPORTS } from './dataproc-client.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe.each(TRANSPORTS)('Dataproc sessions over %s, with the real client', (transport) => {
  let emulator: Emulator;
  let client: SessionControllerClient;
  const nameOf = (id: string): string => `${PARENT}/sessions/${id}`;

  async function open(dataproc: DataprocOptions = {}): Promise<void> {
    emulator = await startEmulator({ services: ['dataproc'], clock: 'virtual', dataproc });
    client = googleClient(emulator, transport);
  }
  const reopen = async (dataproc: DataprocOptions): Promise<void> => {
    await close();
    await open(dataproc);
  };
  async function close(): Promise<void> {
    await client.close();
    await emulator.close();
  }
  beforeEach(() => open());
  afterEach(close);

  const create = async (sessionId: string, requestId?: string, session: object = ASKED) => {
    const [operation] = await client.createSession({
      parent: PARENT,
      sessionId,
      requestId: requestId ?? null,
      session,
    });
    return operation;
  };
  const get = async (id: string) => {
    const [session] = await client.getSession({ name: nameOf(id) });
    return session;
  };
  const refused = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'accepted', codeOf);

  it('goes from CREATING to ACTIVE, shows its endpoint a little later, and its operation is done then', async () => {
    const operation = await create('walk');
    const name = operation.name ?? '';
    expect(name).toMatch(/^projects\/p\/regions\/us-central1\/operations\/[0-9a-f-]{36}$/);
    expect(await get('walk')).toMatchObject({ state: 'CREATING', name: nameOf('walk'), labels: ASKED.labels });

    emulator.advance(1_000);
    expect(await get('walk')).toMatchObject({ state: 'ACTIVE', runtimeInfo: { endpoints: {} } });
    expect((await client.checkCreateSessionProgress(name)).done).toBeFalsy();

    emulator.advance(200);
    const active = await get('walk');
    expect(active.runtimeInfo?.endpoints?.['Spark Connect Server']).toMatch(/^sc:\/\/.+:443$/);
    expect(active.stateHistory).toMatchObject([{ state: 'CREATING' }]);
    expect(active.environmentConfig?.executionConfig?.idleTtl).toMatchObject({ seconds: '1800' });
    const progress = await client.checkCreateSessionProgress(name);
    expect(progress.done).toBe(true);
    expect(progress.result).toMatchObject({ name: nameOf('walk'), uuid: active.uuid });
  });

  it('lingers in ACTIVE after TerminateSession, then TERMINATING, then TERMINATED, and keeps its name until it is deleted', async () => {
    await create('ending');
    emulator.advance(1_200);
    const [operation] = await client.terminateSession({ name: nameOf('ending') });
    expect((await get('ending')).state).toBe('ACTIVE');
    expect(await refused(client.terminateSession({ name: nameOf('ending') }))).toBe('FAILED_PRECONDITION');
    emulator.advance(100);
    expect((await get('ending')).state).toBe('TERMINATING');
    emulator.advance(200);
    expect((await get('ending')).state).toBe('TERMINATED');
    expect((await client.checkTerminateSessionProgress(operation.name ?? '')).done).toBe(true);
    expect(emulator.oracle.live()).toEqual([]);
    expect(await refused(client.terminateSession({ name: nameOf('ending') }))).toBe('FAILED_PRECONDITION');
    expect(await refused(create('ending'))).toBe('ALREADY_EXISTS');

    await client.deleteSession({ name: nameOf('ending') });
    expect(await refused(get('ending'))).toBe('NOT_FOUND');
    expect(await refused(create('ending'))).toBe('accepted');
  });

  it('cannot be ended while it is created; deleting a living one ends it first', async () => {
    await create('early');
    expect(await refused(client.terminateSession({ name: nameOf('early') }))).toBe('ABORTED');
    expect(await refused(client.deleteSession({ name: nameOf('early') }))).toBe('ABORTED');
    emulator.advance(1_200);
    await client.deleteSession({ name: nameOf('early') });
    expect(emulator.oracle.live()).toHaveLength(1);
    emulator.advance(300);
    expect(emulator.oracle.live()).toEqual([]);
    expect(await refused(get('early'))).toBe('NOT_FOUND');
  });

  it('ignores a request id that came before, whatever the rest of the request says', async () => {
    const first = await create('once', 'r-1');
    const again = await create('once', 'r-1', { ...ASKED, labels: { other: 'labels' } });
    expect(again.name).toBe(first.name);
    expect(emulator.oracle.sessions()).toHaveLength(1);
    expect(await refused(create('once', 'r-2'))).toBe('ALREADY_EXISTS');
    await reopen({ requestIdClash: 'INVALID_ARGUMENT' });
    await create('once', 'r-1');
    expect(await refused(create('once', 'r-1', { ...ASKED, labels: {} }))).toBe('INVALID_ARGUMENT');
  });

  it.each([
    ['too short an id', { sessionId: 'abc' }],
    ['too long an id', { sessionId: `a${'b'.repeat(63)}` }],
    ['an id with a capital', { sessionId: 'Session' }],
    ['an id that begins with a digit', { sessionId: '1session' }],
    ['too long a request id', { requestId: 'r'.repeat(41) }],
    ['too short a ttl', { session: { environmentConfig: { executionConfig: { ttl: { seconds: 599 } } } } }],
    [
      'too long an idle ttl',
      { session: { environmentConfig: { executionConfig: { idleTtl: { seconds: 1_209_601 } } } } },
    ],
    ['a label key with a capital', { session: { labels: { Team: 'a' } } }],
    ['33 labels', { session: { labels: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`l${i}`, ''])) } }],
    ['a region that does not exist', { parent: 'projects/p/locations/mars-north1' }],
  ])('refuses %s', async (_what, wrong) => {
    const request = { parent: PARENT, sessionId: 'fine', session: ASKED, ...wrong };
    expect(await refused(client.createSession(request))).toBe('INVALID_ARGUMENT');
    expect(emulator.oracle.sessions()).toEqual([]);
  });

  it.each([
    ['session', { sessionId: 'a'.repeat(63) }],
    ['four characters', { sessionId: 'a--1' }],
    ['the shortest ttl', { session: { environmentConfig: { executionConfig: { ttl: { seconds: 600 } } } } }],
    [
      'the longest idle ttl',
      { session: { environmentConfig: { executionConfig: { idleTtl: { seconds: 1_209_600 } } } } },
    ],
    ['a Jupyter session', { session: { jupyterSession: { kernel: 'PYTHON', displayName: 'a notebook' } } }],
  ] as const)('accepts %s', async (_what, right) => {
    const request = { parent: PARENT, sessionId: 'fine', session: ASKED, ...right };
    expect(await refused(client.createSession(request))).toBe('accepted');
  });

  it('ends a session by its idle ttl unless it works, and by its ttl even then', async () => {
    await create('idle');
    await create('busy');
    emulator.advance(1_200);
    emulator.setBusy('busy', true);
    emulator.advance(30 * MINUTE_MS);
    expect((await get('idle')).state).toBe('TERMINATED');
    expect((await get('busy')).state).toBe('ACTIVE');
    emulator.advance(2 * HOUR_MS);
    expect((await get('busy')).state).toBe('TERMINATED');
  });

  it('fails with a reason when it is made to, and so does its operation', async () => {
    emulator.faults.add({ kind: 'session-becomes', state: 'FAILED', reason: 'no capacity', afterMs: 500 });
    const operation = await create('broken');
    emulator.advance(500);
    expect(await get('broken')).toMatchObject({ state: 'FAILED', stateMessage: 'no capacity' });
    const { latestResponse } = await client.checkCreateSessionProgress(operation.name ?? '');
    expect(latestResponse).toMatchObject({ done: true, error: { code: 9 } });
    expect(await refused(create('broken'))).toBe('ALREADY_EXISTS');
  });

  it('lists by filter and by pages, each session once', async () => {
    for (let index = 0; index < 7; index++) {
      await create(`list-${index}`, undefined, { ...ASKED, labels: { pool: index < 3 ? 'a' : 'b' } });
    }
    emulator.advance(1_200);
    await client.terminateSession({ name: nameOf('list-0') });
    emulator.advance(300);
    const idsBy = async (filter: string): Promise<readonly string[]> => {
      const [sessions] = await client.listSessions({ parent: PARENT, filter });
      return sessions.map(({ name }) => name?.split('/').at(-1) ?? '').toSorted();
    };
    expect(await idsBy('')).toHaveLength(7);
    expect(await idsBy('state = ACTIVE and labels.pool=a')).toEqual(['list-1', 'list-2']);
    expect(await idsBy('state = TERMINATED OR (labels.pool = "b" AND session_id != list-6)')).toEqual([
      'list-0',
      'list-3',
      'list-4',
      'list-5',
    ]);
    expect(await idsBy('create_time > "2099-01-01T00:00:00Z"')).toEqual([]);
    expect(await idsBy('create_time < "2099-01-01T00:00:00Z"')).toHaveLength(7);
    for (const filter of ['state', 'state =', 'color = red', 'state = ACTIVE and', '(state = ACTIVE', 'state ~ A']) {
      expect(await refused(idsBy(filter)), filter).toBe('INVALID_ARGUMENT');
    }

    const seen: string[] = [];
    for (let request: object | null = { parent: PARENT, pageSize: 3 }; request !== null;) {
      const [page, next]: [{ name?: string | null }[], object | null, unknown] = await client.listSessions(request, {
        autoPaginate: false,
      });
      expect(page.length).toBeLessThanOrEqual(3);
      seen.push(...page.map(({ name }) => name ?? ''));
      request = next;
    }
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
    expect(await refused(client.listSessions({ parent: PARENT, pageToken: 'made-up' }))).toBe('INVALID_ARGUMENT');
  });

  it('lets labels be called like enums, and compares them as texts', async () => {
    const labels = { state: '42', kernel: '1', v: '01' };
    await create('labelled', undefined, { ...ASKED, labels });
    expect((await get('labelled')).labels).toEqual(labels);
    const [sessions] = await client.listSessions({ parent: PARENT, filter: 'labels.v = "1"' });
    expect(sessions).toEqual([]);
  });

  it('answers a repeated delete with the first operation, although the record is gone', async () => {
    await create('gone');
    emulator.advance(1_200);
    const request = { name: nameOf('gone'), requestId: 'd-1' };
    const [first] = await client.deleteSession(request);
    emulator.advance(300);
    const [again] = await client.deleteSession(request);
    expect(again.name).toBe(first.name);
    expect(await refused(client.deleteSession({ name: nameOf('gone'), requestId: 'd-2' }))).toBe('NOT_FOUND');
  });

  it('counts 200 creations and ends a minute, together, apart from reads', async () => {
    for (let index = 0; index < 200; index++) await refused(client.terminateSession({ name: nameOf(`no-${index}`) }));
    expect(await refused(create('late'))).toBe('RESOURCE_EXHAUSTED');
    expect(await refused(client.listSessions({ parent: PARENT }))).toBe('accepted');
    emulator.advance(MINUTE_MS);
    expect(await refused(create('late'))).toBe('accepted');
  });

  it('asks for a bearer token by option', async () => {
    await reopen({ requireBearer: true });
    expect(await refused(client.listSessions({ parent: PARENT }))).toBe('UNAUTHENTICATED');
  });

  it.each([
    [{ kind: 'throttle', retryAfterMs: 2_000 }, 'RESOURCE_EXHAUSTED', 0],
    [{ kind: 'server-error' }, 'INTERNAL', 0],
    [{ kind: 'error', code: 'PERMISSION_DENIED', httpStatus: 403 }, 'PERMISSION_DENIED', 0],
    [{ kind: 'html' }, transport === 'grpc' ? 'UNAVAILABLE' : '503', 0],
    [{ kind: 'reset', when: 'before' }, transport === 'grpc' ? 'UNAVAILABLE' : 'ECONNRESET', 0],
    [{ kind: 'reset', when: 'after' }, transport === 'grpc' ? 'UNAVAILABLE' : 'ECONNRESET', 1],
  ] as const)('strikes a creation with %j', async (fault, code, created) => {
    emulator.faults.add(fault);
    expect(await refused(create('struck'))).toBe(code);
    expect(emulator.oracle.sessions()).toHaveLength(created);
    expect(await refused(create('other'))).toBe('accepted');
  });

  it('answers a state that no proto names as a number', async () => {
    await create('future');
    emulator.faults.add({ kind: 'unknown-state', state: '99' });
    expect((await get('future')).state).toBe(99);
  });
});
