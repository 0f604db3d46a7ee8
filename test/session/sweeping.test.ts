import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import { Holders, type HoldersParts } from '../../src/ownership/holders.ts';
import { stateFolder } from '../../src/ownership/state-folder.ts';
import { keyedToken } from '../../src/session/start-token.ts';
import { sweepCalls } from '../../src/session/sweep-calls.ts';
import { Sweeping, type SweepingParts, type SweepOptions } from '../../src/session/sweeping.ts';
import { systemRandom } from '../../src/session/system-ports.ts';
import { RecordingLogger, RecordingMetrics } from '../../src/testing/recording.ts';
import { failureOf } from '../failure-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall, type SceneOptions } from './scene.ts';

/** Sessions of dead processes of one host, and what sweeps them. */
function setUp(options: SceneOptions = {}, folder = join(temporaryFolder(), 'holders')) {
  const scene = new Scene(options);
  const { clock, service } = scene;
  const { provider } = scene.process();
  const [logger, metrics] = [new RecordingLogger(), new RecordingMetrics()];
  const open = (more: Partial<HoldersParts> = {}): Holders => {
    const holders = new Holders({ folder, clock, random: systemRandom, logger, ...more });
    onTestFinished(() => holders.close());
    return holders;
  };
  /** Starts a session whose process dies at once. */
  const orphan = async (key?: string): Promise<string> => {
    const token = keyedToken(key ?? String(service.oracle.startedCount()), 1);
    const { handle } = await provider.start(startRequest({ token }), unlimitedCall());
    const dead = open();
    const place = { provider: provider.id, scope: provider.scope, environment: 'test', owner: 'data-platform' };
    const claim = await dead.claim({ ...place, token, key, options: {} });
    if (claim.kind === 'held') claim.hold.started(handle.id);
    dead.close();
    return handle.id;
  };
  const sweeping = (more: Partial<SweepingParts> = {}): Sweeping =>
    new Sweeping({
      environment: 'test',
      owner: 'data-platform',
      provider,
      clock,
      logger,
      metrics,
      random: systemRandom,
      holders: open(),
      ...more,
    });
  const live = async (): Promise<readonly string[]> => {
    await clock.advance(10_000);
    return service.oracle.live();
  };
  /** What a killed process has left in the folder. */
  const leftover = (): string => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${'a'.repeat(16)}.tmp`);
    writeFileSync(file, '');
    utimesSync(file, 0, 0);
    return file;
  };
  return { scene, clock, provider, logger, metrics, open, orphan, sweeping, live, leftover, service };
}

describe('a sweep', () => {
  it('ends the session of a process that has died, and tidies the folder', async () => {
    const { scene, orphan, sweeping, live, leftover, metrics } = setUp();
    const id = await orphan('nightly');
    const file = leftover();
    const report = await scene.settled(sweeping().sweep({}));
    expect(report).toMatchObject({ environment: 'test', provider: 'scripted', scope: 'scripted-scope', dryRun: false });
    expect(report.decisions).toMatchObject([{ outcome: 'terminated', code: 'dead-holder', handle: { id } }]);
    expect([await live(), existsSync(file)]).toEqual([[], false]);
    expect(metrics.values('anysession.sweep.orphans')).toEqual([1]);
  });

  it('that is dry ends nothing and leaves the folder as it is', async () => {
    const { scene, orphan, sweeping, live, leftover } = setUp();
    const id = await orphan();
    const file = leftover();
    const report = await scene.settled(sweeping().sweep({ dryRun: true }));
    expect([report.dryRun, report.decisions[0]?.outcome]).toEqual([true, 'would-terminate']);
    expect([await live(), existsSync(file)]).toEqual([[id], true]);
  });

  it.each([
    [{ dryRun: 'yes' }, "'dryRun': expected true or false"],
    [{ signal: 'now' }, "'signal': expected an AbortSignal"],
    [{ dry: true }, "'dry': unknown key"],
  ])('refuses %j', async (options, message) => {
    const error = await failureOf(
      setUp()
        .sweeping()
        .sweep(options as SweepOptions),
    );
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'sweep' });
    expect(error.message).toContain(message);
  });

  it('stops when its caller aborts, or the sessions are closed', async () => {
    const { sweeping, orphan, live } = setUp();
    const id = await orphan();
    expect((await failureOf(sweeping().sweep({ signal: AbortSignal.abort() }))).kind).toBe('aborted');
    const closed = sweeping();
    await closed.close();
    expect((await failureOf(closed.sweep({}))).kind).toBe('aborted');
    expect(await live()).toEqual([id]);
  });

  it('finds nothing where sessions end with their process, and makes no call', async () => {
    const { sweeping, orphan, live, service } = setUp({ capabilities: { outlivesProcess: false } });
    const id = await orphan();
    expect(await sweeping().sweep({ dryRun: true })).toEqual({
      environment: 'test',
      provider: 'scripted',
      scope: 'scripted-scope',
      dryRun: true,
      decisions: [],
    });
    expect([await live(), service.oracle.callCount('listPage')]).toEqual([[id], 0]);
  });

  it('by default reads the records of this user, and writes its decisions beside them', async () => {
    const { scene, orphan, sweeping, live, leftover } = setUp({}, join(stateFolder(), 'holders'));
    const id = await orphan();
    const file = leftover();
    const swept = sweeping({ holders: undefined });
    await scene.settled(swept.sweep({}));
    await scene.settled(swept.sweep({}));
    expect([await live(), existsSync(file)]).toEqual([[], false]);
    expect(readFileSync(join(stateFolder(), 'audit.jsonl'), 'utf8')).toContain(id);
    await swept.close();
  });

  it('goes on where the folder cannot be used', async () => {
    const folder = join(temporaryFolder(), 'file');
    writeFileSync(folder, '');
    const { scene, sweeping, logger } = setUp({}, folder);
    expect((await scene.settled(sweeping().sweep({}))).decisions).toEqual([]);
    expect(logger.messages('warn')).toEqual([expect.stringContaining('cannot be read')]);
  });
});

describe('a sweep on open', () => {
  it('begins after one second, spares sessions with a key, and tidies the folder', async () => {
    const { clock, orphan, sweeping, leftover, service } = setUp();
    const [keyed] = [await orphan('nightly'), await orphan()];
    const file = leftover();
    sweeping().onOpen();
    await clock.advance(999);
    expect([service.oracle.callCount('terminate'), existsSync(file)]).toEqual([0, true]);
    await clock.advance(1);
    await expect.poll(() => existsSync(file), { interval: 2 }).toBe(false);
    await clock.advance(10_000);
    expect(service.oracle.live()).toEqual([keyed]);
  });

  it('does not begin where sessions end with their process, or after a close', async () => {
    const [local, closed] = [setUp({ capabilities: { outlivesProcess: false } }), setUp()];
    local.sweeping().onOpen();
    const sweeping = closed.sweeping();
    sweeping.onOpen();
    expect([local.clock.pendingTimers, closed.clock.pendingTimers]).toEqual([0, 1]);
    await sweeping.close();
    expect(closed.clock.pendingTimers).toBe(0);
  });

  it('warns when it fails', async () => {
    const { clock, open, orphan, sweeping, logger } = setUp();
    await orphan();
    const error = new Error('no uptime');
    const holders = open({
      uptimeMs: () => {
        throw error;
      },
    });
    sweeping({ holders }).onOpen();
    await clock.advance(1_000);
    await expect
      .poll(() => logger.entries, { interval: 2 })
      .toEqual([
        {
          level: 'warn',
          fields: { error },
          message: 'the sweep on open failed; `anysession sweep` ends what it has left',
        },
      ]);
  });

  it('that runs when the sessions are closed is over when they are, without a warning of its own', async () => {
    const { clock, orphan, sweeping, provider, logger } = setUp();
    await orphan();
    const events: string[] = [];
    const slow: SessionProvider = {
      ...provider,
      describe: (_handle, { signal }) => {
        events.push('asked');
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            setTimeout(() => {
              events.push('stopped');
              reject(signal.reason as Error);
            }, 5);
          });
        });
      },
    };
    const swept = sweeping({ provider: slow });
    swept.onOpen();
    await clock.advance(1_000);
    await expect.poll(() => events, { interval: 2 }).toEqual(['asked']);
    await swept.close();
    expect(events).toEqual(['asked', 'stopped']);
    expect(logger.messages('warn')).toEqual([expect.stringContaining('sweep could not end a session')]);
  });
});

describe('the calls of a sweep', () => {
  it('have ten seconds for a description and fifteen for an end, and stop with the sweep', async () => {
    const scene = new Scene();
    const { clock } = scene;
    const calls: { readonly leftMs: number; readonly signal: AbortSignal }[] = [];
    const note = (call: { readonly deadline: number; readonly signal: AbortSignal }): Promise<never> => {
      calls.push({ leftMs: call.deadline - clock.monotonicMs(), signal: call.signal });
      return Promise.reject(new Error('noted'));
    };
    const provider = adapterOf(scene, {
      describe: (_handle, call) => note(call),
      listPage: (_filter, _cursor, call) => note(call),
      terminate: (_handle, call) => note(call),
    });
    const { signal } = new AbortController();
    const sweep = sweepCalls(provider, clock);
    const handle = handleOf(scene);
    const seen = {
      handle,
      nativeState: 'IDLE',
      acceptsWork: true,
      final: false,
      observedAtMs: 0,
      details: {},
    } as const;
    await expect(sweep.describe(handle, signal)).rejects.toThrow('noted');
    await expect(sweep.end({ ...seen, state: 'ready' }, signal)).rejects.toThrow('noted');
    await expect(sweep.list(signal)[Symbol.asyncIterator]().next()).rejects.toThrow('noted');
    expect(calls).toEqual([
      { leftMs: 10_000, signal },
      { leftMs: 15_000, signal },
      { leftMs: Number.POSITIVE_INFINITY, signal },
    ]);
  });

  it('end a session that nobody knows with one call', async () => {
    const scene = new Scene();
    const sweep = sweepCalls(scene.process().provider, scene.clock);
    const seen = { handle: handleOf(scene), nativeState: 'IDLE', acceptsWork: true, final: false, observedAtMs: 0 };
    const ended = await sweep.end({ ...seen, state: 'ready', details: {} }, new AbortController().signal);
    expect([ended.final, scene.service.oracle.callCount('terminate')]).toEqual([true, 1]);
  });
});
