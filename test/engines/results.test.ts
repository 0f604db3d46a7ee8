import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from './engine-client.ts';
import { ENGINES } from './engine-homes.ts';
import { startEngine, type EngineServer } from './engine-server.ts';
import { failureOf } from '../failure-of.ts';

const VERSIONS = { sail: /^\d/, 'spark-4.1': /^4\.1\.4/, 'spark-3.5': /^3\.5\.7/ } as const;

/** 208 bytes a row, in parts that a server can make one by one. */
const LARGE_ROWS = 1_000_000;
const LARGE = `SELECT id, repeat('x', 200) AS text FROM range(0, ${LARGE_ROWS}, 1, 50)`;
/** What is garbage is not collected at once, so that the bound is not tight; the whole result is twice as large. */
const LARGE_BOUND_BYTES = 100e6;

describe.each(ENGINES)('%s', (engine) => {
  let server: EngineServer;
  let client: EngineClient;

  beforeAll(async () => {
    server = await startEngine(engine);
    client = new EngineClient(server.port);
  });

  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server.stop();
  });

  it('says which Spark it is', async () => {
    expect((await client.connection()).sparkVersion).toMatch(VERSIONS[engine]);
  });

  describe('parameters', () => {
    it('come back as they went', async () => {
      const parameters = [
        null,
        true,
        7,
        2 ** 40,
        0.1,
        9_007_199_254_740_993n,
        10n ** 30n,
        'Zürich – 🚀',
        new Uint8Array([0, 255]),
      ];
      const list = parameters.map((_, at) => `? AS p${at}`).join(', ');
      const [row] = await (await client.sql(`SELECT ${list}`, { parameters })).rows({ as: 'arrays' });
      expect(row).toEqual([
        null,
        true,
        7,
        BigInt(2 ** 40),
        0.1,
        9_007_199_254_740_993n,
        String(10n ** 30n),
        ...parameters.slice(7),
      ]);
    });

    it('may be dates, and may have names', async () => {
      const parameters = { at: new Date('2026-11-21T10:11:12.345Z'), n: 2 };
      const rows = await (await client.sql('SELECT :at AS at, :n * 2 AS twice', { parameters })).rows();
      expect(rows).toEqual([{ at: '2026-11-21T10:11:12.345000Z', twice: 4 }]);
    });

    it('are values and never text', async () => {
      const parameters = ["'; DROP TABLE t; --"];
      expect(await (await client.sql('SELECT ? AS v', { parameters })).rows()).toEqual([{ v: parameters[0] }]);
    });
  });

  describe('settings', () => {
    it('are changed, read and given back', async () => {
      const { settings } = await client.connection();
      await settings.set('spark.sql.session.timeZone', 'Asia/Tokyo');
      expect(await settings.get('spark.sql.session.timeZone')).toBe('Asia/Tokyo');
      // The same instant, written by the server in its zone.
      const text = "SELECT CAST(TIMESTAMP'2026-11-21 00:00:00Z' AS STRING) AS at";
      expect(await (await client.sql(text)).rows()).toEqual([{ at: '2026-11-21 09:00:00' }]);
      await settings.unset('spark.sql.session.timeZone');
      // Spark tells its default again, Sail nothing.
      expect(await settings.get('spark.sql.session.timeZone')).not.toBe('Asia/Tokyo');
      expect(await settings.get('spark.there.is.none')).toBeUndefined();
    });

    it('do not change what a timestamp is', async () => {
      const { settings } = await client.connection();
      await settings.set('spark.sql.session.timeZone', 'America/New_York');
      const rows = await (await client.sql("SELECT TIMESTAMP'2026-07-01 00:00:00' AS at")).rows();
      await settings.unset('spark.sql.session.timeZone');
      expect(rows).toEqual([{ at: '2026-07-01T04:00:00Z' }]);
    });
  });

  if (engine !== 'sail') {
    describe('intervals that PySpark cannot read', () => {
      it('of years and months are months', async () => {
        const text = "SELECT * FROM VALUES (INTERVAL '1-2' YEAR TO MONTH), (INTERVAL '-3' MONTH), (NULL) AS t(v)";
        expect(await (await client.sql(text)).rows({ as: 'arrays' })).toEqual([['P1Y2M'], ['-P3M'], [null]]);
      });
    });
  }

  if (engine === 'spark-4.1') {
    describe('compressed Arrow', () => {
      it.each(['lz4', 'zstd'])('of %s is read', async (codec) => {
        const { settings } = await client.connection();
        const text = "SELECT id, IF(id % 3 = 0, NULL, repeat('abc', 20)) AS text FROM range(0, 3000) ORDER BY id";
        const plain = await (await client.sql(text)).rows();
        await settings.set('spark.sql.execution.arrow.compression.codec', codec);
        try {
          expect(await (await client.sql(text)).rows()).toEqual(plain);
        } finally {
          await settings.unset('spark.sql.execution.arrow.compression.codec');
        }
      });
    });
  }

  it('gives 200 MB to a slow reader, who holds less than half of them', async () => {
    const result = await client.sql(LARGE);
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    let rows = 0;
    let bytes = 0;
    for await (const batch of result.batches()) {
      rows += batch.rowCount;
      bytes += batch.columns()[1]?.values.length ?? 0;
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
      await pause(1);
    }
    expect([rows, bytes]).toEqual([LARGE_ROWS, LARGE_ROWS]);
    expect(peak).toBeLessThan(LARGE_BOUND_BYTES);
  });

  if (engine !== 'sail') {
    it('tells what was counted', async () => {
      const result = await client.sql('SELECT id FROM range(0, 1000)');
      await result.rows();
      const rows = result.metrics.flatMap(({ values }) => values['numOutputRows'] ?? []);
      expect(rows).toContain(1000);
    });
  }

  it('tells how far a statement is', async () => {
    const statement = client.submit('SELECT count(*) FROM range(0, 40000000000, 1, 4000) WHERE hash(id) % 1000003 = 1');
    const fractions: number[] = [];
    statement.on('progress', ({ fraction }) => {
      if (fraction !== undefined) fractions.push(fraction);
    });
    const failed = failureOf(statement.result());
    // Progress comes every two seconds; 3.5 and Sail have none.
    if (engine === 'spark-4.1')
      await expect.poll(() => fractions.some((fraction) => fraction > 0), { timeout: 60_000 }).toBe(true);
    await statement.cancel();
    expect(await failed).toMatchObject({ kind: 'aborted' });
    expect(fractions.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
  });
});
