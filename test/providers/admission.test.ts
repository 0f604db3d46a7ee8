import { describe, expect, it } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/emulator-options.ts';
import type { Fault } from '../../src/emulator/fault.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { QueuePlace } from '../../src/session/queue-place.ts';
import type { Session } from '../../src/session/session.ts';
import { METERED, openCloud, type Metered } from './started-session.ts';

const MINUTE_MS = 60_000;

/** How each service refuses a start for a quota. */
const WALLS: Readonly<Record<Metered, Omit<Fault & { kind: 'error' }, 'kind'>>> = {
  athena: {
    operation: 'StartSession',
    code: 'TooManyRequestsException',
    httpStatus: 400,
    message: "The account's quota is 4 DPUs; 4 are in use and this session needs 2.",
  },
  'emr-serverless': {
    operation: 'StartSession',
    code: 'ServiceQuotaExceededException',
    httpStatus: 402,
    message: "The account's quota is 16 vCPUs; 16 are in use and this session needs 4.",
  },
  glue: {
    operation: 'CreateSession',
    code: 'ResourceNumberLimitExceededException',
    httpStatus: 400,
    message: "The account's quota is 6 DPUs; 6 are in use and this session needs 3.",
  },
  dataproc: {
    operation: 'CreateSession',
    code: 'RESOURCE_EXHAUSTED',
    httpStatus: 429,
    message: "Insufficient 'CPUS' quota. Requested 12.0, available 4.0.",
  },
  'dataproc over REST': {
    operation: 'CreateSession',
    code: 'RESOURCE_EXHAUSTED',
    httpStatus: 429,
    message: "Insufficient 'CPUS' quota. Requested 12.0, available 4.0.",
  },
};

/** For all starts of a test. */
const ROOM: EmulatorOptions = { athena: { spark35DpuQuota: 100 } };

/** A scope, starts that wait in it, and the order in which they were admitted. */
async function openQueue(cloud: Metered, options: EmulatorOptions = {}) {
  const opened = await openCloud(cloud, options);
  const admitted: string[] = [];
  const sessions: Session[] = [];
  const places: QueuePlace[] = [];
  const start = (name: string, queueTimeoutMs = 30 * MINUTE_MS): Promise<unknown> =>
    opened.sessions
      .start({ name, queueTimeoutMs, onQueued: (place) => void places.push(place) })
      .then((session) => {
        admitted.push(name);
        sessions.push(session);
      })
      .catch((error: unknown) => error);
  const wall = (times: number): void => {
    opened.emulator.faults.add({ kind: 'error', times, ...WALLS[cloud] });
  };
  // Time goes on only while no request is under way.
  const pass = (ms: number): Promise<void> =>
    opened.settle(new Promise((resolve) => void opened.clock.schedule(ms, resolve)));
  const startCalls = (): number =>
    opened.emulator.log().filter(({ operation }) => operation === WALLS[cloud].operation).length;
  return { ...opened, admitted, started: sessions, places, start, wall, startCalls, pass };
}

describe.each(METERED)('a quota wall of %s', (cloud) => {
  it('opens and closes: starts go in their order, with one refused call per pause', async () => {
    const { settle, pass, sessions, admitted, places, start, wall, startCalls } = await openQueue(cloud, ROOM);
    // The first is refused alone, so that the others come behind it.
    wall(4);
    const all = [start('a')];
    await pass(500);
    for (const name of ['b', 'c', 'd']) all.push(start(name));
    await pass(2_000);
    expect(admitted).toEqual([]);
    expect(startCalls()).toBeLessThanOrEqual(3);
    await pass(30_000);
    expect(admitted).toEqual(['a', 'b', 'c', 'd']);
    wall(3);
    all.push(start('e'));
    await pass(500);
    all.push(start('f'));
    await settle(Promise.all(all));
    expect(admitted).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(startCalls()).toBe(6 + 4 + 3);
    expect(places[0]?.text).toContain(WALLS[cloud].message?.replace(/\.$/, ''));
    expect(places[0]?.text).toContain('1st of 1 in the queue until');
    await settle(sessions.close());
  });

  it('that stays closed ends the wait with the quota, the time waited and the position', async () => {
    const { settle, live, start, wall } = await openQueue(cloud);
    wall(1_000);
    const error = await settle(start('a', 45_000));
    expect(SessionError.is(error, 'quota-exceeded') && error).toMatchObject({ effect: 'none' });
    expect((error as SessionError).message).toContain(WALLS[cloud].message?.replace(/\.$/, ''));
    expect((error as SessionError).message).toContain('the start waited 45 s and was 1st of 1 in the queue');
    expect(live()).toEqual([]);
  });
});

describe.each([
  ['DPUs of Athena', 'athena', { athena: { spark35DpuQuota: 4 } }],
  ['sessions of an EMR Serverless application', 'emr-serverless', { emrServerless: { sessionQuota: 2 } }],
  ['DPUs of Glue', 'glue', { glue: { dpuQuota: 6 } }],
  ['vCPUs of EMR Serverless', 'emr-serverless', { emrServerless: { vcpuQuota: 8 } }],
] as const)('the quota of %s', (_, cloud, options) => {
  it('admits waiting starts in their order as sessions of ours end', async () => {
    const { settle, pass, sessions, admitted, started, start, live } = await openQueue(cloud, options);
    for (const name of ['a', 'b']) await settle(start(name));
    expect(admitted).toEqual(['a', 'b']);
    for (const name of ['c', 'd', 'e']) {
      void start(name);
      await pass(200);
    }
    for (let ended = 0; ended < 3; ended++) {
      await settle((started[ended] as Session).terminate({ wait: true }));
      await pass(5_000);
      expect(live().length).toBeLessThanOrEqual(2);
    }
    expect(admitted).toEqual(['a', 'b', 'c', 'd', 'e']);
    await settle(sessions.close());
    await pass(60_000);
    expect(live()).toEqual([]);
  });
});
