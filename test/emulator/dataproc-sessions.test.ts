import { beforeEach, describe, expect, it } from 'vitest';
import { ASKED, dataprocStages, outcomeOf, PARENT, TRANSPORTS, type DataprocStage } from './dataproc-client.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const idleTtl = (seconds: number) => ({
  session: { environmentConfig: { executionConfig: { idleTtl: { seconds } } } },
});
const nameOf = (id: string): string => `${PARENT}/sessions/${id}`;

describe.each(TRANSPORTS)('Dataproc sessions over %s, with the real client', (transport) => {
  const open = dataprocStages(transport);
  let { emulator, client, create, get } = {} as DataprocStage;
  beforeEach(async () => {
    ({ emulator, client, create, get } = await open());
  });
  const terminate = (id: string) => client.terminateSession({ name: nameOf(id) });

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
    expect(active.runtimeInfo?.endpoints?.['Spark Connect Server']).toBe(
      `sc://${new URL(emulator.urls.dataprocRest).host}`,
    );
    expect(active.stateHistory).toMatchObject([{ state: 'CREATING' }]);
    expect(active.environmentConfig?.executionConfig?.idleTtl).toMatchObject({ seconds: '1800' });
    const progress = await client.checkCreateSessionProgress(name);
    expect(progress.done).toBe(true);
    expect(progress.result).toMatchObject({ name: nameOf('walk'), uuid: active.uuid });
  });

  it('stays ACTIVE after TerminateSession, then TERMINATING, TERMINATED, and keeps its name until it is deleted', async () => {
    await create('ending');
    emulator.advance(1_200);
    const [operation] = await terminate('ending');
    expect((await get('ending')).state).toBe('ACTIVE');
    expect(await outcomeOf(terminate('ending'))).toBe('FAILED_PRECONDITION');
    emulator.advance(100);
    expect((await get('ending')).state).toBe('TERMINATING');
    emulator.advance(200);
    expect((await get('ending')).state).toBe('TERMINATED');
    expect((await client.checkTerminateSessionProgress(operation.name ?? '')).done).toBe(true);
    expect(emulator.oracle.live()).toEqual([]);
    expect(await outcomeOf(terminate('ending'))).toBe('FAILED_PRECONDITION');
    expect(await outcomeOf(create('ending'))).toBe('ALREADY_EXISTS');

    await client.deleteSession({ name: nameOf('ending') });
    expect(await outcomeOf(get('ending'))).toBe('NOT_FOUND');
    expect(await outcomeOf(create('ending'))).toBe('accepted');
  });

  it('cannot be ended while it is created; deleting a live one ends it first', async () => {
    await create('early');
    expect(await outcomeOf(terminate('early'))).toBe('ABORTED');
    expect(await outcomeOf(client.deleteSession({ name: nameOf('early') }))).toBe('ABORTED');
    emulator.advance(1_200);
    await client.deleteSession({ name: nameOf('early') });
    expect(emulator.oracle.live()).toHaveLength(1);
    emulator.advance(300);
    expect(emulator.oracle.live()).toEqual([]);
    expect(await outcomeOf(get('early'))).toBe('NOT_FOUND');
  });

  it('ignores a repeated request id, whatever else is in the request', async () => {
    const first = await create('once', ASKED, 'r-1');
    const again = await create('once', { ...ASKED, labels: { other: 'labels' } }, 'r-1');
    expect(again.name).toBe(first.name);
    expect(emulator.oracle.sessions()).toHaveLength(1);
    expect(await outcomeOf(create('once', ASKED, 'r-2'))).toBe('ALREADY_EXISTS');
    ({ create } = await open({ requestIdClash: 'INVALID_ARGUMENT' }));
    await create('once', ASKED, 'r-1');
    expect(await outcomeOf(create('once', { ...ASKED, labels: {} }, 'r-1'))).toBe('INVALID_ARGUMENT');
  });

  it.each([
    ['too short an id', { sessionId: 'abc' }],
    ['too long an id', { sessionId: `a${'b'.repeat(63)}` }],
    ['an id with a capital', { sessionId: 'Session' }],
    ['an id that begins with a digit', { sessionId: '1session' }],
    ['too long a request id', { requestId: 'r'.repeat(41) }],
    ['too short a ttl', { session: { environmentConfig: { executionConfig: { ttl: { seconds: 599 } } } } }],
    ['too long an idle ttl', idleTtl(1_209_601)],
    ['a label key with a capital', { session: { labels: { Team: 'a' } } }],
    ['33 labels', { session: { labels: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`l${i}`, ''])) } }],
    ['a region that does not exist', { parent: 'projects/p/locations/mars-north1' }],
  ])('refuses %s', async (_what, wrong) => {
    const request = { parent: PARENT, sessionId: 'fine', session: ASKED, ...wrong };
    expect(await outcomeOf(client.createSession(request))).toBe('INVALID_ARGUMENT');
    expect(emulator.oracle.sessions()).toEqual([]);
  });

  it.each([
    ['session', { sessionId: 'a'.repeat(63) }],
    ['four characters', { sessionId: 'a--1' }],
    ['the shortest ttl', { session: { environmentConfig: { executionConfig: { ttl: { seconds: 600 } } } } }],
    ['the longest idle ttl', idleTtl(1_209_600)],
    ['a Jupyter session', { session: { jupyterSession: { kernel: 'PYTHON', displayName: 'a notebook' } } }],
  ] as const)('accepts %s', async (_what, right) => {
    const request = { parent: PARENT, sessionId: 'fine', session: ASKED, ...right };
    expect(await outcomeOf(client.createSession(request))).toBe('accepted');
  });

  it('ends a session by its idle ttl unless it works, and by its ttl always', async () => {
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

  it('fails with a reason by fault, and so does its operation', async () => {
    emulator.faults.add({ kind: 'session-becomes', state: 'FAILED', reason: 'no capacity', afterMs: 500 });
    const operation = await create('broken');
    emulator.advance(500);
    expect(await get('broken')).toMatchObject({ state: 'FAILED', stateMessage: 'no capacity' });
    const { latestResponse } = await client.checkCreateSessionProgress(operation.name ?? '');
    expect(latestResponse).toMatchObject({ done: true, error: { code: 9 } });
    expect(await outcomeOf(create('broken'))).toBe('ALREADY_EXISTS');
  });

  it('lists by filter and by pages, each session once', async () => {
    for (let index = 0; index < 7; index++) {
      await create(`list-${index}`, { ...ASKED, labels: { pool: index < 3 ? 'a' : 'b' } });
    }
    emulator.advance(1_200);
    await terminate('list-0');
    emulator.advance(300);
    const idsBy = async (filter: string): Promise<readonly string[]> => {
      const [sessions] = await client.listSessions({ parent: PARENT, filter });
      return sessions.map(({ name }) => name?.split('/').at(-1) ?? '').toSorted();
    };
    expect(await idsBy('')).toHaveLength(7);
    expect(await idsBy('state = ACTIVE and labels.pool=a')).toEqual(['list-1', 'list-2']);
    const either = await idsBy('state = TERMINATED OR (labels.pool = "b" AND session_id != list-6)');
    expect(either).toEqual(['list-0', 'list-3', 'list-4', 'list-5']);
    expect(await idsBy('create_time > "2099-01-01T00:00:00Z"')).toEqual([]);
    expect(await idsBy('create_time < "2099-01-01T00:00:00Z"')).toHaveLength(7);
    for (const filter of ['state', 'state =', 'color = red', 'state = ACTIVE and', '(state = ACTIVE', 'state ~ A']) {
      expect(await outcomeOf(idsBy(filter)), filter).toBe('INVALID_ARGUMENT');
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
    expect(await outcomeOf(client.listSessions({ parent: PARENT, pageToken: 'made-up' }))).toBe('INVALID_ARGUMENT');
  });

  it('allows labels with the names of enums, and compares them as texts', async () => {
    const labels = { state: '42', kernel: '1', v: '01' };
    await create('labelled', { ...ASKED, labels });
    expect((await get('labelled')).labels).toEqual(labels);
    const [sessions] = await client.listSessions({ parent: PARENT, filter: 'labels.v = "1"' });
    expect(sessions).toEqual([]);
  });

  it('answers a repeated delete with the first operation, when the record is gone', async () => {
    await create('gone');
    emulator.advance(1_200);
    const request = { name: nameOf('gone'), requestId: 'd-1' };
    const [first] = await client.deleteSession(request);
    emulator.advance(300);
    const [again] = await client.deleteSession(request);
    expect(again.name).toBe(first.name);
    expect(await outcomeOf(client.deleteSession({ name: nameOf('gone'), requestId: 'd-2' }))).toBe('NOT_FOUND');
  });

  it('allows 200 creations and ends per minute together, and more reads', async () => {
    for (let index = 0; index < 200; index++) await outcomeOf(terminate(`no-${index}`));
    expect(await outcomeOf(create('late'))).toBe('RESOURCE_EXHAUSTED');
    expect(await outcomeOf(client.listSessions({ parent: PARENT }))).toBe('accepted');
    emulator.advance(MINUTE_MS);
    expect(await outcomeOf(create('late'))).toBe('accepted');
  });

  it('requires a bearer token by option', async () => {
    ({ client } = await open({ requireBearer: true }));
    expect(await outcomeOf(client.listSessions({ parent: PARENT }))).toBe('UNAUTHENTICATED');
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
    expect(await outcomeOf(create('struck'))).toBe(code);
    expect(emulator.oracle.sessions()).toHaveLength(created);
    expect(await outcomeOf(create('other'))).toBe('accepted');
  });

  it('answers a state that no proto names as a number', async () => {
    await create('future');
    emulator.faults.add({ kind: 'unknown-state', state: '99' });
    expect((await get('future')).state).toBe(99);
  });
});
