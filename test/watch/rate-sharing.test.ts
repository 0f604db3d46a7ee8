import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { FolderNeighbours } from '../../src/watch/neighbours.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';
import { shareOf } from '../../src/watch/rate-sharing.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const NEVER = new AbortController().signal;

/** Processes of one host, with one clock and one folder. */
class Host {
  readonly clock = new VirtualClock({ monotonicStartMs: 0 });
  readonly folder = temporaryFolder();

  process(rates = { reads: 10, writes: 10 }, folder = () => this.folder): Caller {
    const logger = new RecordingLogger();
    const neighbours = new FolderNeighbours({ folder, clock: this.clock });
    return new Caller(this.clock, new RateBudget(this.clock, rates, { neighbours, logger }), logger);
  }

  get files(): readonly string[] {
    return readdirSync(this.folder);
  }
}

/** One process with its calls. */
class Caller {
  readonly goneMs: number[] = [];
  readonly clock: VirtualClock;
  readonly budget: RateBudget;
  readonly logger: RecordingLogger;

  constructor(clock: VirtualClock, budget: RateBudget, logger: RecordingLogger) {
    this.clock = clock;
    this.budget = budget;
    this.logger = logger;
  }

  call(count = 1): void {
    const note = (): void => void this.goneMs.push(this.clock.monotonicMs());
    for (let call = 0; call < count; call++) {
      const turn = this.budget.take('describe', 'reads', { signal: NEVER });
      if (turn === undefined) note();
      else void turn.then(note);
    }
  }

  /** One call each `everyMs`, for `forMs`. */
  callEvery(everyMs: number, forMs: number): void {
    for (let atMs = 0; atMs < forMs; atMs += everyMs)
      this.clock.schedule(atMs, () => {
        this.call();
      });
  }

  between(fromMs: number, untilMs: number): number {
    return this.goneMs.filter((ms) => ms >= fromMs && ms < untilMs).length;
  }
}

describe('shareOf', () => {
  it.each([
    { rate: 10, needs: [], share: 10 },
    { rate: 10, needs: [10], share: 5 },
    { rate: 10, needs: [10, 10, 10], share: 2.5 },
    { rate: 10, needs: [1], share: 9 },
    { rate: 10, needs: [10, 1], share: 4.5 },
    { rate: 10, needs: [10, 10, 0], share: 10 / 3 },
    { rate: 1, needs: [0.25, 0.25, 0.25], share: 0.25 },
  ])('of $rate a second with needs $needs is $share', ({ rate, needs, share }) => {
    expect(shareOf(rate, needs)).toBeCloseTo(share);
  });
});

describe('rates that processes share', () => {
  it('eight processes that start together stay within the rate, and each gets its part', async () => {
    const host = new Host();
    const callers = Array.from({ length: 8 }, () => host.process());
    for (const caller of callers) caller.call(200);
    await host.clock.advance(20_000);
    const inAll = (fromMs: number, untilMs: number): number =>
      callers.reduce((sum, caller) => sum + caller.between(fromMs, untilMs), 0);
    // The burst of one, the first call of each other one, a second of the rate, and two until they notice each other.
    expect(inAll(0, 1_000)).toBeLessThanOrEqual(10 + 7 + 10 + 2);
    expect(inAll(2_000, 20_000)).toBeLessThanOrEqual(18 * 10 + 8);
    expect(inAll(2_000, 20_000)).toBeGreaterThanOrEqual(18 * 10 - 8);
    for (const caller of callers) expect(caller.between(2_000, 20_000)).toBeGreaterThanOrEqual(20);
  });

  it('what one process does not need, the others get', async () => {
    const host = new Host();
    const [busy, quiet] = [host.process(), host.process()];
    quiet.callEvery(1_000, 30_000);
    busy.call(1_000);
    await host.clock.advance(20_000);
    expect(quiet.between(5_000, 15_000)).toBe(10);
    expect(busy.between(5_000, 15_000)).toBeGreaterThanOrEqual(85);
    expect(busy.between(5_000, 15_000)).toBeLessThanOrEqual(91);
  });

  it('a process that ends without removing its file is forgotten after 5 s', async () => {
    const host = new Host();
    const living = host.process();
    const dead = `${'a'.repeat(16)}.${host.clock.nowMs()}.1000.1000`;
    writeFileSync(join(host.folder, dead), '');
    living.call(500);
    await host.clock.advance(20_000);
    expect(living.between(1_000, 5_000)).toBe(20);
    expect(living.between(7_000, 17_000)).toBe(100);
  });

  it('removes files of processes that ended a minute ago, and leaves all others alone', async () => {
    const host = new Host();
    const file = (ageMs: number): string => `${'b'.repeat(16)}.${host.clock.nowMs() - ageMs}.10.10`;
    const [old, young] = [file(61_000), file(20_000)];
    for (const name of [old, young, 'notes.txt', `x${young}`]) writeFileSync(join(host.folder, name), '');
    host.process().call(2);
    expect(host.files).not.toContain(old);
    expect(host.files).toEqual(expect.arrayContaining([young, 'notes.txt', `x${young}`]));
  });

  it('a process that makes a call now and then touches no file', async () => {
    const host = new Host();
    const caller = host.process(undefined, () => {
      throw new Error('touched');
    });
    for (let call = 0; call < 5; call++) {
      caller.call();
      await host.clock.advance(10_001);
    }
    expect(caller.logger.entries).toEqual([]);
    expect(caller.goneMs).toHaveLength(5);
    expect(host.clock.pendingTimers).toBe(0);
  });

  it('shares from the second call on, and removes its file after ten quiet seconds', async () => {
    const host = new Host();
    const caller = host.process();
    caller.call();
    expect(host.files).toEqual([]);
    caller.call();
    expect(host.files).toHaveLength(1);
    await host.clock.advance(9_000);
    expect(host.files).toHaveLength(1);
    await host.clock.advance(3_000);
    expect([host.files, host.clock.pendingTimers]).toEqual([[], 0]);
  });

  it('goes on when another process removes its file', async () => {
    const host = new Host();
    const caller = host.process();
    caller.call(30);
    await host.clock.advance(500);
    for (const name of host.files) rmSync(join(host.folder, name));
    await host.clock.advance(1_500);
    expect(host.files).toHaveLength(1);
    expect(caller.logger.entries).toEqual([]);
  });

  it('a wall clock that jumps changes no rate for longer than a second', async () => {
    const host = new Host();
    const callers = [host.process(), host.process()];
    for (const caller of callers) caller.call(500);
    await host.clock.advance(5_000);
    host.clock.jumpWallTime(-3_600_000);
    await host.clock.advance(10_000);
    const inAll = callers.reduce((sum, caller) => sum + caller.between(7_000, 15_000), 0);
    expect(inAll).toBeLessThanOrEqual(82);
    expect(host.files).toHaveLength(2);
  });

  it.each([
    {
      title: 'is a file',
      spoil: (folder: string): string => {
        writeFileSync(join(folder, 'budgets'), '');
        return join(folder, 'budgets');
      },
    },
    { title: 'does not exist', spoil: (folder: string): string => join(folder, 'missing') },
  ])('a folder that $title: warns once and each process has the whole rate', async ({ spoil }) => {
    const host = new Host();
    const path = spoil(host.folder);
    const callers = [host.process(undefined, () => path), host.process(undefined, () => path)];
    for (const caller of callers) caller.call(100);
    await host.clock.advance(5_000);
    for (const caller of callers) caller.call(100);
    await host.clock.advance(15_000);
    for (const caller of callers) {
      expect(caller.between(0, 20_000)).toBeGreaterThanOrEqual(200);
      expect(caller.logger.messages('warn')).toEqual([expect.stringContaining('the call rate is not shared')]);
    }
  });

  it('an unlimited rate is not shared', async () => {
    const host = new Host();
    const folder = (): string => {
      throw new Error('touched');
    };
    const logger = new RecordingLogger();
    const neighbours = new FolderNeighbours({ folder, clock: host.clock });
    const caller = new Caller(host.clock, new RateBudget(host.clock, false, { neighbours, logger }), logger);
    caller.call(100);
    expect(caller.goneMs).toHaveLength(100);
    expect(logger.entries).toEqual([]);
  });
});
