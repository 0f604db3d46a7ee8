import { describe, it, type TestContext } from 'vitest';
import { athena } from '../../providers/athena/index.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator-options.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { openSessions } from '../../src/open-sessions.ts';
import type { ProvisionOptions } from '../../src/proxy/provisioned-session.ts';
import { ProvisionedSessions, type Sharing } from '../../src/proxy/provisioned-sessions.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { failureOf } from '../failure-of.ts';

const CLIENT = { userId: 'ada', sessionId: '11111111-2222-4333-8444-555555555555' };
const NEVER = new AbortController().signal;

/** Sessions of an emulated Athena for a proxy, whose own timers run on a virtual clock. */
async function provision(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: Partial<ProvisionOptions> = {},
  { per, ...emulation }: EmulatorOptions & { readonly per?: Sharing } = {},
) {
  const emulator = await startEmulator({ services: ['athena'], startupMs: 0, ...emulation });
  onTestFinished(() => emulator.close());
  const provider = athena({
    region: 'us-east-1',
    workgroup: 'spark35',
    endpoint: emulator.urls.athena,
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'none' },
  });
  const sessions = await openSessions({ provider });
  onTestFinished(() => sessions[Symbol.asyncDispose]());
  const [clock, logger] = [new VirtualClock(), new RecordingLogger()];
  const source = new ProvisionedSessions(
    {
      open: (_identity, signal) => sessions.start({ signal }),
      clock,
      logger,
      ...options,
    },
    per,
  );
  return {
    clock,
    emulator,
    logger,
    sessions,
    source,
    starts: () => emulator.log().filter(({ operation }) => operation === 'StartSession').length,
    states: () => emulator.oracle.sessions().map(({ state }) => state),
    /** Ends the session behind the back of its source. */
    kill: async (id: string) => {
      await using others = await openSessions({ provider });
      const { provider: at } = others;
      await (await others.attach({ v: 1, provider: at.id, scope: at.scope, id })).terminate({ wait: true });
    },
  };
}

describe('the sessions of a proxy', { timeout: 60_000 }, () => {
  it('are started once for all calls that wait, and one that is given up stops nothing', async (context) => {
    const { expect } = context;
    const { source, starts } = await provision(context, {}, { startupMs: 1_000 });
    const gone = new AbortController();
    const calls = [gone.signal, NEVER, NEVER, NEVER].map((signal) => source.get(CLIENT, signal));
    await expect.poll(() => source.state(CLIENT), { timeout: 10_000 }).toMatch(/^creating \(CREAT/);
    gone.abort();
    const [first, ...others] = await Promise.allSettled(calls);
    expect(first).toMatchObject({ status: 'rejected', reason: { kind: 'aborted' } });
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set(['fulfilled']));
    expect(starts()).toBe(1);
  });

  it('end after a while without calls, also when the calls gave up before the start was answered', async (context) => {
    const { expect } = context;
    const { source, emulator, clock, starts, states } = await provision(context, { lingerMs: 1_000 });
    emulator.faults.add({ kind: 'slow', operation: 'StartSession', delayMs: 1_000 });
    const gone = new AbortController();
    const call = source.get(CLIENT, gone.signal).catch(() => {});
    await expect.poll(() => source.state(CLIENT)).toBe('starting');
    gone.abort();
    await call;
    source.release(CLIENT);
    await clock.advance(5_000);
    await expect.poll(() => states().length, { timeout: 10_000 }).toBe(1);
    await expect.poll(() => source.state(CLIENT), { timeout: 10_000 }).not.toBe('starting');
    await clock.advance(1_000);
    await expect.poll(states, { timeout: 10_000 }).toEqual([expect.stringMatching(/^TERMINAT/)]);
    expect(starts()).toBe(1);
  });

  it('that cannot be kept are an error of the close', async (context) => {
    const { expect } = context;
    const refused = new SessionError('invalid-request', 'its handle cannot be written', { operation: 'sql' });
    const { source } = await provision(context, { release: () => Promise.reject(refused) });
    await source.get(CLIENT, NEVER);
    expect(await failureOf(source.close())).toBe(refused);
  });

  it('are started again by the call after a start that failed', async (context) => {
    const { expect } = context;
    const { source, emulator } = await provision(context);
    emulator.faults.add({ kind: 'error', operation: 'StartSession', code: 'InvalidRequestException', httpStatus: 400 });
    const calls = await Promise.allSettled([source.get(CLIENT, NEVER), source.get(CLIENT, NEVER)]);
    for (const call of calls) expect(call).toMatchObject({ reason: { kind: 'invalid-request' } });
    expect(source.state(CLIENT)).toBeUndefined();
    expect((await source.get(CLIENT, NEVER)).handle.provider).toBe('athena');
  });

  it('end when no call has come for a while, but not under a call', async (context) => {
    const { expect } = context;
    const { source, clock, states } = await provision(context, { lingerMs: 5_000 });
    const first = await source.get(CLIENT, NEVER);
    await source.get(CLIENT, NEVER);
    source.release(CLIENT);
    await clock.advance(20_000);
    expect([states(), first.isReleased]).toEqual([['IDLE'], false]);
    source.release(CLIENT);
    await clock.advance(4_999);
    expect(states()).toEqual(['IDLE']);
    await clock.advance(1);
    await expect.poll(states, { timeout: 10_000 }).toEqual(['TERMINATED']);
    expect(first.isReleased).toBe(true);
    expect((await source.get(CLIENT, NEVER)).handle.id).not.toBe(first.handle.id);
  });

  it.for([
    ['at once, when its call has failed', 0],
    ['after a pause, without a call that fails', 60_000],
  ] as const)('report the end of one %s', async ([, pauseMs], context) => {
    const { expect } = context;
    const { source, clock, kill, starts } = await provision(context);
    const proxied = await source.get(CLIENT, NEVER);
    expect(await proxied.ended()).toBeUndefined();
    source.release(CLIENT);
    const { id } = proxied.handle;
    await kill(id);
    await clock.advance(pauseMs);
    const message = new RegExp(`session '${id}' ended \\(TERMINATED\\)`);
    if (pauseMs === 0)
      expect(await proxied.ended()).toMatchObject({
        kind: 'session-failed',
        message: expect.stringMatching(message) as string,
      });
    await expect(source.get(CLIENT, NEVER)).rejects.toThrow(message);
    await expect(source.get(CLIENT, NEVER)).rejects.toThrow(message);
    expect(starts()).toBe(1);
  });

  it('replace one that has ended only if they may, and name both', async (context) => {
    const { expect } = context;
    const { source, clock, kill, logger } = await provision(context, { onLost: 'restart' });
    const lost = await source.get(CLIENT, NEVER);
    source.release(CLIENT);
    await kill(lost.handle.id);
    await clock.advance(60_000);
    const [next, same] = await Promise.all([source.get(CLIENT, NEVER), source.get(CLIENT, NEVER)]);
    expect(same).toBe(next);
    expect([lost.isReleased, next.isReleased]).toEqual([true, false]);
    expect(logger.messages('warn')).toEqual([
      `Session ${next.handle.id} replaces ${lost.handle.id}: temporary views and settings are gone`,
    ]);
  });

  it('end with the proxy, also while one is created', async (context) => {
    const { expect } = context;
    const { source, sessions, states } = await provision(context, {}, { startupMs: 2_000, per: 'user' });
    await source.get(CLIENT, NEVER);
    const bob = { ...CLIENT, userId: 'bob' };
    const waiting = source.get(bob, NEVER);
    const outcome = expect(waiting).rejects.toMatchObject({ kind: 'session-failed' });
    await expect.poll(() => source.state(bob), { timeout: 10_000 }).toMatch(/^creating \(CREAT/);
    await source.close();
    await sessions.close();
    await outcome;
    await expect.poll(states, { timeout: 20_000 }).toEqual(['TERMINATED', 'TERMINATED']);
  });
});
