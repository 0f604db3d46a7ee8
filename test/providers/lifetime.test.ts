import { describe, expect, it } from 'vitest';
import type { StartOptions } from '../../src/session/start-options.ts';
import { startRequest, unlimitedCall } from '../calls.ts';
import { CLOUDS, openCloud } from './started-session.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** What a request to start has for the idle timeout and the maximum lifetime of the service, and what the list shows of ours. */
const WIRE = {
  athena: { operation: 'StartSession', idle: ['SessionIdleTimeoutInMinutes'], own: ['Description'] },
  'emr-serverless': { operation: 'StartSession', idle: ['idleTimeoutMinutes'], own: ['name'] },
  'emr-ec2': { operation: 'StartSession', idle: ['SessionIdleTimeoutInMinutes'], own: ['Name'] },
  glue: { operation: 'CreateSession', idle: ['IdleTimeout'], own: ['Tags', 'anysession-lifetime-ms'] },
  dataproc: {
    operation: 'CreateSession',
    idle: ['session', 'environmentConfig', 'executionConfig', 'idleTtl'],
    own: ['session', 'labels', 'anysession-lifetime-ms'],
  },
} as const;
const SERVICES = ['athena', 'emr-serverless', 'emr-ec2', 'glue', 'dataproc'] as const;

const memberOf = (input: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], input);

describe.each(SERVICES)('every start on %s', (service) => {
  const { operation, idle, own } = WIRE[service];

  async function inputOf(options: StartOptions, count = 1): Promise<readonly unknown[]> {
    const { emulator, sessions, settle } = await openCloud(service);
    for (let start = 0; start < count; start++) await settle(sessions.start(options));
    return emulator.log().flatMap((record) => (record.operation === operation ? [record.input] : []));
  }

  it('sends an idle timeout, even if nobody asked for one', async () => {
    const [input] = await inputOf({});
    const defaults = { athena: 20, 'emr-serverless': 60, 'emr-ec2': 60, glue: 60, dataproc: '3600s' } as const;
    expect(memberOf(input, idle)).toBe(defaults[service]);
  });

  it.each([
    [{}, service === 'glue' ? 2 * DAY_MS : DAY_MS],
    [
      { maxLifetimeMs: service === 'emr-serverless' ? DAY_MS : 90 * MINUTE_MS },
      service === 'emr-serverless' ? DAY_MS : 90 * MINUTE_MS,
    ],
  ])('writes the lifetime of %j where listing shows it', async (options, lifetimeMs) => {
    const [input] = await inputOf(options);
    const written = memberOf(input, own);
    expect(String(written)).toMatch(new RegExp(`(^|:)${lifetimeMs}$`));
  });

  it('sends the same request at each repetition', async () => {
    const inputs = await inputOf({ key: 'nightly', name: 'nightly' }, 2);
    expect(inputs).toHaveLength(2);
    expect(inputs[1]).toEqual(inputs[0]);
  });
});

describe.each(CLOUDS)('the ownership on %s', (cloud) => {
  it('comes back with its lifetime, from the answer of the start, from describe and from the list', async () => {
    const { sessions, settle } = await openCloud(cloud);
    const session = await settle(sessions.start());
    const { ownership } = session.status.details;
    expect(ownership).toEqual({
      owner: 'tests',
      token: ownership?.token,
      lifetimeMs: cloud === 'glue' ? 2 * DAY_MS : DAY_MS,
    });
    expect((await session.refresh()).details.ownership).toEqual(ownership);
    for await (const listed of sessions.list()) expect(listed.details.ownership).toEqual(ownership);
  });

  it('is found without a lifetime on a session of an earlier version', async () => {
    const { sessions, settle } = await openCloud(cloud);
    const request = startRequest();
    const { handle } = await settle(sessions.provider.start(request, unlimitedCall()));
    const session = await sessions.attach(handle);
    expect(session.status.details.ownership).toEqual({ owner: 'tests', token: request.token });
  });
});
