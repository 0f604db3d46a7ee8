import { beforeAll, describe, expect, it } from 'vitest';
import { interruptible } from '../../../providers/local/duckdb/interruptible.ts';
import { RawDuckDb } from './open-duckdb.ts';
import { LONG_SQL } from './open-local.ts';

describe('an interruptible call', () => {
  let duckdb: RawDuckDb;
  beforeAll(async () => {
    duckdb = await RawDuckDb.open();
  });

  it('stops even when the first interrupt arrives before the engine has begun', async () => {
    for (let round = 0; round < 5; round += 1) {
      const stop = new AbortController();
      const running = interruptible({ ...duckdb, signal: stop.signal }, () => {
        const answer = duckdb.binding.query(duckdb.connection, LONG_SQL);
        stop.abort();
        return answer;
      });
      await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    }
  });

  it('does not begin after an abort', async () => {
    let calls = 0;
    const work = { ...duckdb, signal: AbortSignal.abort() };
    await expect(interruptible(work, async () => (calls += 1))).rejects.toMatchObject({ kind: 'aborted' });
    expect(calls).toBe(0);
  });

  it('fails as aborted when it settles at the same moment', async () => {
    for (const outcome of [Promise.resolve(1), Promise.reject(new Error('no'))]) {
      const stop = new AbortController();
      const running = interruptible({ ...duckdb, signal: stop.signal }, () => {
        stop.abort();
        return outcome;
      });
      await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    }
  });

  it('settles as its call otherwise, and interrupts nothing afterwards', async () => {
    let interrupts = 0;
    const other = await RawDuckDb.open();
    other.binding.interrupt = () => (interrupts += 1);
    const stop = new AbortController();
    const work = { ...other, signal: stop.signal };
    expect(await interruptible(work, async () => 42)).toBe(42);
    const error = new Error('its own');
    await expect(interruptible(work, () => Promise.reject(error))).rejects.toBe(error);
    stop.abort();
    expect(interrupts).toBe(0);
  });
});
