import { describe, expect, it } from 'vitest';
import type { EnvironmentConfig } from '../../src/config/config-options.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator-options.ts';
import type { SpendWarning } from '../../src/index.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';
import { failureOf } from '../failure-of.ts';
import { METERED, openCloud, type Cloud } from './started-session.ts';

const MINUTE_MS = 60_000;
const NEVER = { usage: 'never' } as const;
const SILENT: EmulatorOptions = { athena: NEVER, emrServerless: NEVER, glue: NEVER, dataproc: NEVER };

/** Prices at which a session of the emulator's size costs 1 a minute. EMR on EC2 bills the cluster: only the age has a price. */
const PRICES = {
  athena: { currency: 'EUR', dpuHour: 30 },
  'emr-serverless': { currency: 'EUR', vcpuHour: 5, memoryGbHour: 0, storageGbHour: 0 },
  glue: { currency: 'EUR', dpuHour: 20 },
  dataproc: { currency: 'EUR', dcuHour: 5, storageGbHour: 0 },
  'dataproc over REST': { currency: 'EUR', dcuHour: 5, storageGbHour: 0 },
  'emr-ec2': { currency: 'EUR', sessionHour: 60 },
} as const satisfies Record<Cloud, EnvironmentConfig['prices']>;

/** Sessions of a cloud with prices. */
async function setUp(cloud: Cloud, environment: Partial<EnvironmentConfig> = {}, options: EmulatorOptions = {}) {
  const opened = await openCloud(cloud, options, { prices: PRICES[cloud], ...environment });
  const { sessions, settle, emulator, clock, logger } = opened;
  /** Starts a session and waits until it is ready. */
  const start = async (maxSpend?: number) => {
    const session = await settle(sessions.start({ maxSpend, idleTimeoutMs: 60 * MINUTE_MS }));
    await settle(session.whenReady());
    return session;
  };
  /** Lets time pass; each request is answered before it goes on. */
  const minutes = (count: number): Promise<void> =>
    settle(sleep(clock, count * MINUTE_MS, new AbortController().signal));
  const calls = (): number => emulator.log().length;
  const billedMinutes = (): number => (emulator.oracle.sessions()[0]?.billedSeconds ?? 0) / 60;
  const logged = (text: string) => logger.entries.filter(({ message }) => message.includes(text));
  return { ...opened, start, minutes, calls, billedMinutes, logged };
}

/** Over REST the observations are the same. */
const ONCE = METERED.filter((cloud) => cloud !== 'dataproc over REST');

it('maxSpend of a session on emr-ec2 goes by its age', async () => {
  const { start, minutes, live } = await setUp('emr-ec2');
  const session = await start(2);
  await minutes(4);
  expect(live()).toEqual([]);
  expect(session.status.reason).toMatch(/\(estimated: 0\.0\d h of age × 60\)$/);
});

describe.each(ONCE)('maxSpend of a session on %s', (cloud) => {
  it('warns at 80 %, then ends it within a minute, and later calls say why', async () => {
    const { start, minutes, logged, live, billedMinutes, settle } = await setUp(cloud);
    const session = await start(5);
    const warnings: SpendWarning[] = [];
    session.on('spend', (warning) => void warnings.push(warning));
    await minutes(3.5);
    expect([warnings, live()]).toEqual([[], [session.handle.id]]);
    await minutes(1.3);
    expect(warnings).toMatchObject([{ limit: 'session', maxSpend: 5, currency: 'EUR' }]);
    expect(warnings[0]?.spent).toBeGreaterThanOrEqual(4);
    expect(logged('spent 80 % of its maxSpend')).toMatchObject([
      { level: 'warn', fields: { session: session.handle.id } },
    ]);
    expect(live()).toEqual([session.handle.id]);
    await minutes(2);
    expect(live()).toEqual([]);
    expect(billedMinutes()).toBeLessThan(6.5);
    expect(session.status.reason).toMatch(
      /^anysession ended it because it reached its maxSpend of 5\.00 EUR; spent [56]\.\d\d EUR \((billed|reported|estimated): /,
    );
    const error = await failureOf(settle(session.whenReady()));
    expect(error).toMatchObject({ kind: 'session-failed', handle: session.handle });
    expect(error.message).toContain('was ended by anysession because it reached its maxSpend of 5.00 EUR');
    expect(await settle(session.refresh())).toMatchObject({ final: true });
  });

  it('makes at most one call a minute, and none after the end', async () => {
    const { start, minutes, calls, settle } = await setUp(cloud);
    const session = await start(1_000);
    const before = calls();
    await minutes(6);
    expect(calls() - before).toBeGreaterThanOrEqual(5);
    expect(calls() - before).toBeLessThanOrEqual(6);
    await settle(session.close());
    await minutes(1);
    const after = calls();
    await minutes(3);
    expect(calls()).toBe(after);
  });

  it('says that nothing limits a session whose usage its service does not show', async () => {
    const { start, minutes, logged, live } = await setUp(cloud, {}, SILENT);
    const session = await start(1);
    await minutes(4);
    const why = 'the service reports no usage of this session; last known: 0.00 EUR';
    expect(logged('cannot be read, so it may spend more than its maxSpend')).toMatchObject([
      { level: 'warn', fields: { session: session.handle.id }, message: expect.stringContaining(why) as string },
    ]);
    expect(live()).toEqual([session.handle.id]);
  });

  it('goes by the age of such a session where the configuration has a price for that', async () => {
    const prices = { currency: 'EUR', sessionHour: 60 };
    const { start, minutes, live, logged } = await setUp(cloud, { prices }, SILENT);
    const session = await start(2);
    await minutes(4);
    expect(live()).toEqual([]);
    expect(session.status.reason).toMatch(/\(estimated: 0\.0\d h of age × 60\)$/);
    expect(logged('cannot be read')).toEqual([]);
  });

  it('goes on by the age, and says so, while the service does not answer', async () => {
    const prices = { ...PRICES[cloud], sessionHour: 60 };
    const { start, minutes, live, logged, emulator } = await setUp(cloud, { prices }, SILENT);
    await start(4);
    emulator.faults.add({
      kind: 'error',
      code: cloud.startsWith('dataproc') ? 'PERMISSION_DENIED' : 'AccessDeniedException',
      httpStatus: 403,
      operation: 'GetSession',
      times: 1_000,
    });
    await minutes(2);
    expect(logged('the service could not be asked')).toMatchObject([
      { level: 'warn', fields: { error: { kind: 'forbidden' } } },
    ]);
    await minutes(4);
    expect(live()).toEqual([]);
  });

  it('of the environment counts all sessions that were started, ends them together, and refuses the next start', async () => {
    const { start, minutes, live, logged, settle, sessions } = await setUp(cloud, { maxSpend: 8, environment: 'prod' });
    const [first, second] = [await start(), await start()];
    const warnings: SpendWarning[] = [];
    second.on('spend', (warning) => void warnings.push(warning));
    await minutes(2.5);
    expect(live()).toHaveLength(2);
    await minutes(4);
    expect(live()).toEqual([]);
    expect(warnings).toMatchObject([{ limit: 'environment', maxSpend: 8 }]);
    expect(logged('the environment has spent 80 %')).toHaveLength(1);
    for (const session of [first, second])
      expect(session.status.reason).toContain("because environment 'prod' reached its maxSpend of 8.00 EUR");
    const error = await failureOf(settle(sessions.start()));
    expect(error).toMatchObject({ kind: 'quota-exceeded', retry: 'permanent' });
    expect(error.message).toMatch(/environment 'prod' has reached its maxSpend: [89]\.\d\d EUR of 8\.00 EUR are spent/);
  });

  it('is refused before any call where no price is known', async () => {
    const { sessions, settle, calls } = await setUp(cloud, { prices: { currency: 'EUR', acceleratorHour: 1 } });
    const error = await failureOf(settle(sessions.start({ maxSpend: 5 })));
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toMatch(/^maxSpend cannot be enforced in environment 'test': no price is known for \w+Hour/);
    const without = await setUp(cloud, { prices: undefined });
    expect((await failureOf(without.settle(without.sessions.start({ maxSpend: 5 })))).kind).toBe('invalid-request');
    expect(calls() + without.calls()).toBe(0);
  });
});
