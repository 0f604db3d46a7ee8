import { describe, expect, it } from 'vitest';
import type { RecordedSpan } from '../../src/testing/recording.ts';
import type { StatementOptions } from '../../src/statement/statement.ts';
import type { SessionUsage } from '../../src/contract/usage.ts';
import { ScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { failureOf } from '../failure-of.ts';
import { adapterOf, Scene, type SceneProcess } from './scene.ts';

const USAGE: SessionUsage = { basis: 'reported', source: 'a field of its API', executionMs: 7 };
const SQL = { capabilities: { sql: true } } as const;

/** A span and those below it, as `name error?(children)`, without repeated siblings. */
function treeOf({ tracer: { spans } }: SceneProcess): string[] {
  const shown = (span: RecordedSpan): string => {
    const below = [...new Set(spans.filter(({ parent }) => parent === span).map(shown))];
    const kind = span.error === undefined ? '' : ` ${String((span.error as { kind?: unknown }).kind)}`;
    return `${span.name.replace('anysession.', '')}${kind}${below.length === 0 ? '' : `(${below.join(' ')})`}`;
  };
  // Polls are shared by all waits: on the virtual clock they are below none of them.
  return spans.filter(({ parent, name }) => parent === undefined && name !== 'anysession.describe').map(shown);
}

const eventsOf = (process: SceneProcess, name: string): unknown[] =>
  process.tracer.spans
    .filter((span) => span.name === name)
    .flatMap(({ events }) =>
      events.map((event) => [event.name, event.attributes['state'] ?? event.attributes['kind']]),
    );

describe('the spans of a session', () => {
  it('cover start, wait, statement and terminate, with the calls below them', async () => {
    const scene = new Scene(SQL);
    const process = scene.process();
    const session = await scene.settled(process.sessions.start());
    await scene.settled(session.sql('SELECT 1').then((result) => result.rows()));
    await scene.settled(session.terminate({ wait: true }));
    expect(treeOf(process)).toEqual([
      'session.start(start)',
      'statement(session.wait execute)',
      'session.terminate(terminate)',
      'session.wait',
    ]);
    expect(eventsOf(process, 'anysession.session.start')).toEqual([['accepted', 'creating']]);
    expect(eventsOf(process, 'anysession.session.wait')).toEqual([
      ['state', 'ready'],
      ['state', 'terminated'],
    ]);
    expect(eventsOf(process, 'anysession.statement')).toEqual([
      ['state', 'running'],
      ['state', 'succeeded'],
    ]);
    expect(process.tracer.openSpans).toEqual([]);
    expect(process.tracer.spans.map(({ endCount }) => endCount)).toEqual(process.tracer.spans.map(() => 1));
  });

  it.each([
    ['SQL that the engine rejects', 'SELECT broken', {}, 'invalid-request'],
    ['an empty text', '', {}, 'invalid-request'],
    ['an unknown option', 'SELECT 1', { timeout: 3 }, 'invalid-request'],
    ['an aborted signal', 'SELECT 1', { signal: AbortSignal.abort() }, 'aborted'],
    ['a time limit', 'SELECT 1', { timeoutMs: 10 }, 'timeout'],
  ])('of a statement end with its error: %s', async (_what, text, options, kind) => {
    const scene = new Scene(SQL);
    const process = scene.process();
    const session = await scene.settled(process.sessions.start());
    expect((await failureOf(scene.settled(session.sql(text, options as StatementOptions)))).kind).toBe(kind);
    await scene.settled(session.close());
    const [statement] = process.tracer.spans.filter(({ name }) => name === 'anysession.statement');
    expect(statement).toMatchObject({ endCount: 1, error: { kind } });
    expect(process.metrics.values('anysession.statement.duration', { 'error.type': kind })).toHaveLength(1);
  });

  it('end with the error of the session: a start, a connect and a wait', async () => {
    const scene = new Scene({ ...SQL, capabilities: { sparkConnect: false, calculations: false } });
    const process = scene.process();
    scene.service.faults.add('start', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    await failureOf(scene.settled(process.sessions.start()));
    const session = await scene.settled(process.sessions.start());
    await failureOf(scene.settled(session.connect()));
    await failureOf(scene.settled(session.whenReady({ timeoutMs: 1 })));
    expect(treeOf(process)).toEqual([
      'session.start forbidden(start forbidden)',
      'session.start(start)',
      'session.connect unsupported',
      'session.wait timeout',
    ]);
  });

  it('have no text of a statement and no parameter', async () => {
    const scene = new Scene(SQL);
    const process = scene.process();
    const session = await scene.settled(process.sessions.start());
    await failureOf(scene.settled(session.sql('SELECT sesame', { parameters: ['opensesame'] })));
    const recorded = process.tracer.spans.map(({ name, attributes, events }) => ({ name, attributes, events }));
    expect(JSON.stringify([recorded, process.metrics.measurements])).not.toMatch(/sesame/);
  });
});

describe('the metrics of a session', () => {
  it('count what is live until it has ended or is released, and the time to ready', async () => {
    const scene = new Scene({ startMs: 3_000 });
    const process = scene.process();
    const live = (): number =>
      process.metrics.values('anysession.session.live').reduce((sum, amount) => sum + amount, 0);
    const [first, second, third] = [
      await scene.settled(process.sessions.start()),
      await scene.settled(process.sessions.start()),
      await scene.settled(process.sessions.start()),
    ];
    expect(live()).toBe(3);
    await scene.settled(first.whenReady());
    const [readyS, ...others] = process.metrics.values('anysession.session.ready.duration');
    expect([readyS, others]).toEqual([expect.closeTo(3.5, 0), []]);
    await scene.settled(first.terminate({ wait: true }));
    expect(live()).toBe(2);
    second.detach();
    expect(live()).toBe(1);
    await scene.settled(third.close());
    expect(live()).toBe(0);
    await scene.settled(first.close());
    expect(live()).toBe(0);
  });

  it('count the usage that the service reports, each hour once, in the process that started the session', async () => {
    const scene = new Scene();
    let vcpuHours = 0;
    const adapter = adapterOf(scene, {
      describe: async (handle, call) => {
        const seen = await new ScriptedProvider({ service: scene.service, clock: scene.clock }).describe(handle, call);
        const usage = { ...USAGE, vcpuHours, memoryGbHours: 2 * vcpuHours };
        return { ...seen, details: { ...seen.details, usage } };
      },
    });
    const [process, other] = [scene.process({ adapter }), scene.process({ adapter })];
    const session = await scene.settled(process.sessions.start());
    const attached = await scene.settled(other.sessions.attach(session.handle));
    for (vcpuHours of [0, 1.5, 1.5, 4, 3]) {
      await scene.settled(Promise.all([session.refresh(), attached.refresh()]));
      await scene.clock.advance(1_000);
    }
    const used = (resource: string): readonly number[] =>
      process.metrics.values('anysession.session.usage', { 'anysession.resource': resource });
    expect([used('vcpu'), used('memory')]).toEqual([
      [1.5, 2.5],
      [3, 5],
    ]);
    expect(other.metrics.values('anysession.session.usage')).toEqual([]);
  });

  it('record no time to ready of an attached session', async () => {
    const scene = new Scene();
    const session = await scene.settled(scene.process().sessions.start());
    const other = scene.process();
    const attached = await scene.settled(other.sessions.attach(session.handle));
    await scene.settled(attached.whenReady());
    expect(other.metrics.values('anysession.session.ready.duration')).toEqual([]);
  });
});

describe('a throttled run', () => {
  it('counts each throttle and retry, and logs them: the first ones at debug level, those that last at warn level', async () => {
    const scene = new Scene();
    const process = scene.process();
    const session = await scene.settled(process.sessions.start());
    scene.service.faults.add('describe', ...Array.from({ length: 4 }, () => ({ kind: 'throttled' }) as const));
    await scene.settled(session.refresh());
    const operation = { 'anysession.operation': 'describe' };
    expect(process.metrics.values('anysession.call.throttles', operation)).toHaveLength(4);
    expect(
      process.metrics.values('anysession.call.retries', { ...operation, 'error.type': 'rate-limited' }),
    ).toHaveLength(4);
    const lines = process.retryLogger.entries.map(({ level, message }) => `${level} ${message}`);
    expect(lines).toEqual([
      expect.stringMatching(/^debug start took \d+ ms$/),
      expect.stringMatching(/^debug describe failed \(rate-limited\); retrying in \d+ ms$/),
      expect.stringMatching(/^debug describe failed \(rate-limited\)/),
      expect.stringMatching(/^warn describe failed 3 times within \d+ s \(rate-limited\); retrying in \d+ ms$/),
      expect.stringMatching(/^debug describe failed \(rate-limited\)/),
      expect.stringMatching(/^debug describe took \d+ ms$/),
    ]);
    expect(process.retryLogger.entries[1]?.fields).toMatchObject({ provider: 'scripted', session: session.handle.id });
  });

  it('warns again a minute later, and not about single retries', async () => {
    const scene = new Scene();
    const process = scene.process();
    const session = await scene.settled(process.sessions.start());
    for (let minute = 0; minute < 5; minute++) {
      scene.service.faults.add('describe', { kind: 'unavailable', effect: 'before' });
      await scene.settled(session.refresh());
      await scene.clock.advance(60_000);
    }
    expect(process.retryLogger.messages('warn')).toEqual([]);
    for (let minute = 0; minute < 2; minute++) {
      scene.service.faults.add('describe', ...Array.from({ length: 4 }, () => ({ kind: 'throttled' }) as const));
      await scene.settled(session.refresh());
      await scene.clock.advance(60_000);
    }
    expect(process.retryLogger.messages('warn')).toHaveLength(2);
  });

  it('counts calls by operation and outcome, and the wait for the rate budget', async () => {
    const scene = new Scene({ capabilities: { callsPerSecond: { reads: 2, writes: 10 } } });
    const process = scene.process();
    const session = await scene.settled(process.sessions.start());
    await scene.settled(Promise.all(Array.from({ length: 6 }, () => session.refresh())));
    scene.service.faults.add('describe', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    const { kind } = await failureOf(scene.settled(session.refresh()));
    const calls = process.metrics.measurements
      .filter(({ name }) => name === 'anysession.call.duration')
      .map(({ attributes }) => `${attributes['anysession.operation']} ${attributes['error.type'] ?? 'ok'}`);
    expect(calls).toEqual(['start ok', ...Array.from({ length: 6 }, () => 'describe ok'), `describe ${kind}`]);
    const waits: readonly unknown[] = process.metrics.values('anysession.queue.wait_time', {
      'anysession.queue': 'rate',
    });
    expect(waits.slice(0, 4)).toEqual([0.5, 1, 1.5, 2].map((seconds): unknown => expect.closeTo(seconds, 1)));
  });

  it('records how long a start has waited for a free quota', async () => {
    const scene = new Scene({ capabilities: { maxLiveSessions: 1 } });
    const process = scene.process();
    await scene.settled(process.sessions.start());
    await failureOf(scene.settled(process.sessions.start({ queueTimeoutMs: 20_000 })));
    const waits = process.metrics.measurements.filter(({ name }) => name === 'anysession.queue.wait_time');
    expect(waits.at(-1)).toEqual({
      name: 'anysession.queue.wait_time',
      value: 20,
      attributes: {
        'anysession.provider': 'scripted',
        'anysession.scope': 'scripted-scope',
        'anysession.queue': 'admission',
      },
    });
  });
});
