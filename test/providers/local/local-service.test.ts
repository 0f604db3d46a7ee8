import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineExecution, EngineSession, LocalEngine } from '../../../providers/local/local-engine.ts';
import { LocalService } from '../../../providers/local/local-service.ts';
import { plugin } from '../../../providers/local/plugin.ts';
import { LocalProvider } from '../../../providers/local/provider.ts';
import type { Observation } from '../../../src/contract/observation.ts';
import type { ListFilter } from '../../../src/contract/session-provider.ts';
import type { CallContext } from '../../../src/contract/call-context.ts';
import { SeededRandom } from '../../../src/testing/seeded-random.ts';
import { VirtualClock } from '../../../src/testing/virtual-clock.ts';
import { LOCAL_DUCKDB } from './local-subject.ts';
import { callWith, FREE_CALL, startRequest } from './open-local.ts';

/** An engine without work: it opens at once, and breaks on demand. */
class IdleEngine implements LocalEngine {
  readonly version = 'none';
  readonly sessions: IdleSession[] = [];
  /** Sessions open when it resolves. */
  gate: Promise<void> = Promise.resolve();

  async open(): Promise<EngineSession> {
    await this.gate;
    const session = new IdleSession();
    this.sessions.push(session);
    return session;
  }
}

class IdleSession implements EngineSession {
  brokenBy: string | undefined;
  isClosed = false;

  execute(): EngineExecution {
    const execution = { fields: [], batches: () => emptyBatches(), close: async () => {} };
    return { started: Promise.resolve(execution), finished: Promise.resolve() };
  }

  progress(): undefined {}

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

async function* emptyBatches(): AsyncGenerator<never> {}

function openProvider(): { provider: LocalProvider; engine: IdleEngine; clock: VirtualClock } {
  const [engine, clock, random] = [new IdleEngine(), new VirtualClock(), new SeededRandom()];
  const config = LOCAL_DUCKDB.config;
  const service = new LocalService({ config, loadEngine: async () => engine, maxLifetimeMs: 1e9, clock, random });
  const { capabilities } = plugin;
  return { provider: new LocalProvider({ id: 'local', scope: 'duckdb', capabilities, service, clock }), engine, clock };
}

const startMany = (provider: LocalProvider, count: number): Promise<Observation[]> =>
  Promise.all(Array.from({ length: count }, () => provider.start(startRequest(), FREE_CALL)));

async function listAll(provider: LocalProvider, filter: ListFilter = {}): Promise<Observation[][]> {
  const pages: Observation[][] = [];
  let cursor: string | undefined;
  do {
    const { observations, next } = await provider.listPage(filter, cursor, FREE_CALL);
    pages.push([...observations]);
    cursor = next;
  } while (cursor !== undefined);
  return pages;
}

describe('listing', () => {
  it('C-040 C-043 returns every live session once, a hundred per page, and no ended one', async () => {
    const { provider } = openProvider();
    const started = await startMany(provider, 250);
    const ids = started.map(({ handle }) => handle.id);
    const pages = await listAll(provider);
    expect(pages.map((page) => page.length)).toEqual([100, 100, 50]);
    expect(pages.flat().map(({ handle }) => handle.id)).toEqual(ids);

    await provider.terminate(started[99]!.handle, FREE_CALL);
    const first = await provider.listPage({}, undefined, FREE_CALL);
    const second = await provider.listPage({}, first.next, FREE_CALL);
    expect([...first.observations, ...second.observations].map(({ handle }) => handle.id)).toEqual(
      ids.filter((_, index) => index !== 99).slice(0, 200),
    );
  });

  it('continues after a session that has ended since', async () => {
    const { provider } = openProvider();
    await startMany(provider, 101);
    const { observations, next } = await provider.listPage({}, undefined, FREE_CALL);
    await provider.terminate(observations.at(-1)!.handle, FREE_CALL);
    expect((await provider.listPage({}, next, FREE_CALL)).observations).toHaveLength(1);
  });

  it('has no next page when the last one is exactly full', async () => {
    const { provider } = openProvider();
    await startMany(provider, 100);
    expect((await provider.listPage({}, undefined, FREE_CALL)).next).toBeUndefined();
  });

  it('rejects a cursor of another listing', async () => {
    const { provider } = openProvider();
    const page = provider.listPage({}, 'elsewhere', FREE_CALL);
    await expect(page).rejects.toMatchObject({ kind: 'invalid-request', operation: 'listPage' });
  });
});

describe('an engine that breaks', () => {
  it('fails the session, after it was closed', async () => {
    const { provider, engine } = openProvider();
    const { handle } = await provider.start(startRequest(), FREE_CALL);
    await new Promise(setImmediate);
    const session = engine.sessions[0]!;
    session.brokenBy = 'the database has been invalidated';
    await provider.statements.execute(handle, { id: 's', text: '' }, FREE_CALL);
    await new Promise(setImmediate);
    const broken = { nativeState: 'BROKEN', state: 'failed', final: true, reason: session.brokenBy };
    expect(await provider.describe(handle, FREE_CALL)).toMatchObject(broken);
    expect(session.isClosed).toBe(true);
    expect((await listAll(provider)).flat()).toEqual([]);
  });
});

describe('the end of a session', () => {
  it('is final when its engine has closed, and not before', async () => {
    const { provider, engine } = openProvider();
    const { handle } = await provider.start(startRequest(), FREE_CALL);
    await new Promise(setImmediate);
    expect(await provider.terminate(handle, FREE_CALL)).toMatchObject({ final: false });
    expect(engine.sessions[0]!.isClosed).toBe(true);
    await new Promise(setImmediate);
    expect(await provider.describe(handle, FREE_CALL)).toMatchObject({ nativeState: 'CLOSED', final: true });
  });

  it('waits for an engine that still opens, and closes it', async () => {
    const { provider, engine } = openProvider();
    let open = (): void => {};
    engine.gate = new Promise((resolve) => (open = resolve));
    const { handle } = await provider.start(startRequest(), FREE_CALL);
    await provider.terminate(handle, FREE_CALL);
    await new Promise(setImmediate);
    expect(await provider.describe(handle, FREE_CALL)).toMatchObject({ nativeState: 'CLOSING', final: false });
    open();
    await new Promise(setImmediate);
    expect(await provider.describe(handle, FREE_CALL)).toMatchObject({ nativeState: 'CLOSED', final: true });
    expect(engine.sessions.map(({ isClosed }) => isClosed)).toEqual([true]);
  });
});

describe('describing a session that opens', () => {
  let clock: VirtualClock;
  let open: () => void;
  let describeIt: (call?: CallContext) => Promise<Observation>;

  beforeEach(async () => {
    const opened = openProvider();
    clock = opened.clock;
    opened.engine.gate = new Promise((resolve) => (open = resolve));
    const { handle } = await opened.provider.start(startRequest(), FREE_CALL);
    describeIt = (call = FREE_CALL) => opened.provider.describe(handle, call);
  });

  it('waits until it is open', async () => {
    const seen = describeIt();
    open();
    expect(await seen).toMatchObject({ state: 'ready' });
    // The idle timeout and the maximum lifetime.
    expect(clock.pendingTimers).toBe(2);
  });

  it('waits for 50 ms', async () => {
    const seen = describeIt();
    let hasAnswered = false;
    void seen.then(() => (hasAnswered = true));
    await clock.advance(49);
    expect(hasAnswered).toBe(false);
    await clock.advance(1);
    expect(await seen).toMatchObject({ state: 'creating', observedAtMs: clock.nowMs() });
  });

  it('never waits after its deadline', async () => {
    const seen = describeIt({ ...FREE_CALL, deadline: clock.monotonicMs() + 10 });
    await clock.advance(10);
    expect(await seen).toMatchObject({ state: 'creating' });
    const late = describeIt({ ...FREE_CALL, deadline: clock.monotonicMs() - 1 });
    await clock.advance(0);
    expect(await late).toMatchObject({ state: 'creating' });
  });

  it('C-007 rejects at once on an abort, and leaves no timer', async () => {
    const stop = new AbortController();
    const seen = describeIt(callWith(stop.signal));
    stop.abort();
    await expect(seen).rejects.toMatchObject({ kind: 'aborted', operation: 'describe' });
    expect(clock.pendingTimers).toBe(1);
  });
});
