import { describe, expect, it } from 'vitest';
import type { SessionState } from '../../src/contract/session-state.ts';
import type { SessionUsage } from '../../src/contract/usage.ts';
import { SessionTelemetry } from '../../src/session/session-telemetry.ts';
import type { SessionStatus } from '../../src/session/session-tracker.ts';
import { RecordingMetrics, RecordingTracer } from '../../src/testing/recording.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

const PLACE = { 'anysession.provider': 'scripted', 'anysession.scope': 'here' };
const HANDLE = { v: 1, provider: 'scripted', scope: 'here', id: 'ss-1' } as const;

/** A state; `!` after it means that it is final. */
type Point = SessionState | 'terminated!' | 'failed!';

function statusOf(point: Point, usage?: SessionUsage): SessionStatus {
  const state = point.replace('!', '') as SessionState;
  const details = usage === undefined ? {} : { usage };
  return {
    handle: HANDLE,
    state,
    nativeState: state,
    acceptsWork: state === 'ready',
    final: point.endsWith('!'),
    observedAtMs: 0,
    details,
  };
}

/** The telemetry of a session that passes through these states, one second each. */
async function telemetryOf([first = 'creating', ...later]: readonly Point[], owned = true) {
  const [clock, tracer, metrics] = [new VirtualClock(), new RecordingTracer(), new RecordingMetrics()];
  const provider = { id: 'scripted', scope: 'here' };
  const parts = { provider, handle: HANDLE, clock, tracer, metrics, owned };
  const telemetry = new SessionTelemetry(parts, statusOf(first));
  let last = statusOf(first);
  for (const point of later) {
    await clock.advance(1_000);
    const status = statusOf(point);
    telemetry.changed({ from: last.state, to: status.state, status });
    last = status;
  }
  const live = (): number => metrics.values('anysession.session.live', PLACE).reduce((sum, one) => sum + one, 0);
  return { telemetry, clock, tracer, metrics, live };
}

describe('the number of live sessions', () => {
  it.each<[readonly Point[], number]>([
    [['creating'], 1],
    [['ready'], 1],
    [['failed'], 1],
    [['terminated'], 0],
    [['failed!'], 0],
    [['creating', 'ready', 'busy'], 1],
    [['ready', 'failed'], 1],
    [['ready', 'terminated'], 0],
    [['ready', 'terminated', 'terminated!'], 0],
    [['ready', 'failed!'], 0],
  ])('after %j is %i', async (states, count) => {
    expect((await telemetryOf(states)).live()).toBe(count);
  });

  it('counts a session that is released, and then ends, once', async () => {
    const { telemetry, live } = await telemetryOf(['ready']);
    telemetry.released();
    telemetry.changed({ from: 'ready', to: 'terminated', status: statusOf('terminated!') });
    expect(live()).toBe(0);
  });
});

describe('the time to ready', () => {
  it.each<[string, readonly Point[], readonly number[]]>([
    ['is measured from the start', ['creating', 'ready'], [1]],
    ['is measured where the session is busy at once', ['creating', 'busy'], [1]],
    ['is measured once', ['creating', 'ready', 'busy', 'ready'], [1]],
    ['is unknown for a session that was found ready', ['ready', 'busy', 'ready'], []],
    ['is none when the start fails', ['creating', 'failed'], []],
    ['is none when the session degrades first', ['creating', 'failed', 'ready'], []],
    ['is none when the session is terminated first', ['creating', 'terminated'], []],
  ])('%s: %j', async (_what, states, seconds) => {
    const { metrics } = await telemetryOf(states);
    expect(metrics.values('anysession.session.ready.duration', PLACE)).toEqual(seconds);
  });

  it('is not measured for a session that was started elsewhere', async () => {
    const { metrics } = await telemetryOf(['creating', 'ready'], false);
    expect(metrics.values('anysession.session.ready.duration')).toEqual([]);
  });
});

describe('the usage of a session', () => {
  it.each<[string, Partial<SessionUsage>, readonly unknown[]]>([
    ['hours by resource', { dpuHours: 2, memoryGbHours: 8 }, ['dpu 2', 'memory 8']],
    ['no unit but hours', { executionMs: 7 }, []],
    ['no hours of nothing', { vcpuHours: 0 }, []],
    ['no estimate', { basis: 'estimated', formula: 'size times age', vcpuHours: 1 }, []],
  ])('counts %s', async (_what, usage, counted) => {
    const { telemetry, metrics } = await telemetryOf(['ready']);
    for (let look = 0; look < 2; look++)
      telemetry.seen(statusOf('ready', { basis: 'reported', source: 'the API', ...usage }));
    const added = metrics.measurements.filter(({ name }) => name === 'anysession.session.usage');
    expect(added.map(({ value, attributes }) => `${attributes['anysession.resource']} ${value}`)).toEqual(counted);
  });
});

describe('the spans of a session', () => {
  it('have the place and the id of the session, and that of a wait the operation that waits', async () => {
    const { telemetry, tracer } = await telemetryOf(['ready']);
    await telemetry.traced('connect', () => Promise.resolve());
    await telemetry.tracedWait('sql', () => Promise.resolve());
    telemetry.statement().end();
    const session = { ...PLACE, 'anysession.session': 'ss-1' };
    expect(tracer.spans.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['anysession.session.connect', session],
      ['anysession.session.wait', { ...session, 'anysession.operation': 'sql' }],
      ['anysession.statement', session],
    ]);
  });

  it('have the state changes of a wait until it ends, also when it fails', async () => {
    const { telemetry, tracer } = await telemetryOf(['creating']);
    const failing = telemetry.tracedWait('whenReady', () => Promise.reject(new Error('too late')));
    telemetry.changed({ from: 'creating', to: 'ready', status: statusOf('ready') });
    await expect(failing).rejects.toThrow('too late');
    telemetry.changed({ from: 'ready', to: 'busy', status: statusOf('busy') });
    expect(tracer.spans[0]?.events).toEqual([{ name: 'state', attributes: { state: 'ready' } }]);
  });

  it('of a statement measures its seconds, and what runs in it is below it', async () => {
    const { telemetry, clock, tracer, metrics } = await telemetryOf(['ready']);
    const span = telemetry.statement();
    span.run?.(() => tracer.startSpan('below', {}));
    await clock.advance(2_500);
    span.end();
    expect(metrics.values('anysession.statement.duration', PLACE)).toEqual([2.5]);
    const [statement, below] = tracer.spans;
    expect(below?.parent).toBe(statement);
  });
});
