import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { NOTHING, parseStartRecord, withSample, type StartRecord } from '../../src/watch/start-record.ts';
import { StartTimes, startTimesFolder } from '../../src/watch/start-times.ts';

const ATHENA = { provider: 'athena', scope: 'us-east-1/spark' };
const HOUR_MS = 3_600_000;

let home: string;
let folder: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'start-times-'));
  folder = join(home, 'anysession', 'start-times');
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** One process, with what it has learned of `folder` so far. */
function program(at = folder) {
  const logger = new RecordingLogger();
  const times = new StartTimes({ clock: new VirtualClock(), random: new SeededRandom(), logger }, at);
  return { logger, times };
}

/** The estimate of a new process. */
function estimateOfAnother(configuration = ATHENA): string | undefined {
  return program().times.of(configuration).estimate(0)?.text;
}

/** The starts in each file of the folder, the file with the fewest first. */
async function learned(): Promise<readonly (readonly number[])[]> {
  const texts = (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8'));
  const records = (await Promise.all(texts)).map((text) => JSON.parse(text) as StartRecord);
  return records.map(({ samplesMs }) => samplesMs).sort((one, other) => one.length - other.length);
}

async function learn(configuration = ATHENA, samplesMs: readonly number[] = [60_000, 60_000, 60_000]): Promise<void> {
  const history = program().times.of(configuration);
  for (const startMs of samplesMs) await history.add(startMs);
}

describe('StartTimes', () => {
  it('remembers the starts of a configuration for later processes, in files that only their user reads', async () => {
    await learn();
    expect(estimateOfAnother()).toBe('usually 60 s, now 0 s');
    const [name = ''] = await readdir(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['provider', { ...ATHENA, provider: 'emr-serverless' }],
    ['scope', { ...ATHENA, scope: 'us-east-1/other' }],
    ['size', { ...ATHENA, size: 'large' }],
    ['sparkConf', { ...ATHENA, sparkConf: { 'spark.executor.instances': '40' } }],
    ['native', { ...ATHENA, native: { EngineConfiguration: {} } }],
  ])('tells configurations apart by %s', async (_what, other) => {
    await learn();
    await learn(other, [50_000]);
    expect(await learned()).toEqual([[50_000], [60_000, 60_000, 60_000]]);
  });

  it('knows a configuration whatever the order of its settings is, and keeps no setting in the file', async () => {
    const settings = { 'spark.a': '1', 'spark.password': 'hunter2' };
    await learn({ ...ATHENA, sparkConf: settings } as typeof ATHENA);
    const reversed = Object.fromEntries(Object.entries(settings).reverse());
    expect(estimateOfAnother({ ...ATHENA, sparkConf: reversed } as typeof ATHENA)).toBe('usually 60 s, now 0 s');
    const [name = ''] = await readdir(folder);
    expect(name + (await readFile(join(folder, name), 'utf8'))).not.toMatch(/hunter2|spark/);
  });

  it('takes native options that are no JSON', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect(
      program()
        .times.of({ ...ATHENA, native: circular })
        .estimate(0),
    ).toBeUndefined();
  });

  it.each([
    ['no JSON', '{"v":1,'],
    ['another version', '{"v":2,"samplesMs":[60000,60000,60000],"count":3,"atMs":0}'],
    ['a list', '[60000,60000,60000]'],
    ['null', 'null'],
    ['a sample that is text', '{"v":1,"samplesMs":["60000",60000,60000],"count":3,"atMs":0}'],
    ['a negative sample', '{"v":1,"samplesMs":[-1,60000,60000],"count":3,"atMs":0}'],
    [
      'too many bytes',
      JSON.stringify({ v: 1, samplesMs: [60_000, 60_000, 60_000], count: 3, atMs: 0, x: 'x'.repeat(4_096) }),
    ],
  ])('ignores a damaged file (%s) and writes over it', async (_what, content) => {
    await learn();
    const [name = ''] = await readdir(folder);
    await writeFile(join(folder, name), content);
    await learn(ATHENA, [50_000]);
    expect(await learned()).toEqual([[50_000]]);
  });

  it('plans the first poll of a process with what others have learned', async () => {
    const first = { ageMs: 0, polls: 0, longestMs: 2_000 };
    await learn(ATHENA, [100, 100]);
    expect(program().times.of(ATHENA).forecast(0).nextPause(first)).toBe(25);
  });

  it('forgets the configurations whose starts are longest ago', async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (let at = 0; at < 205; at++) {
      const path = join(folder, `old-${at}.json`);
      await writeFile(path, '');
      await utimes(path, 1_000 + at, 1_000 + at);
    }
    await learn();
    const names = await readdir(folder);
    expect(names).toHaveLength(200);
    expect(names).toContain('old-204.json');
    expect(names).not.toContain('old-5.json');
    expect(names).toContain('old-6.json');
  });

  it.each(['a link', 'open to others', 'a file'])(
    'writes nothing into a folder that is %s, and goes on',
    async (what) => {
      await mkdir(join(home, 'anysession'), { mode: 0o700 });
      const elsewhere = join(home, 'elsewhere');
      await mkdir(elsewhere, { mode: 0o700 });
      if (what === 'a link') await symlink(elsewhere, folder);
      else if (what === 'a file') await writeFile(folder, '');
      else {
        await mkdir(folder);
        await chmod(folder, 0o777);
      }
      const { times, logger } = program();
      const history = times.of(ATHENA);
      for (const startMs of [60_000, 60_000, 60_000]) await history.add(startMs);
      expect(history.estimate(0)?.text).toBe('usually 60 s, now 0 s');
      const [entry] = logger.entries;
      expect(entry).toMatchObject({
        level: 'debug',
        message: 'learned start times cannot be written; the next process starts without them',
      });
      if (what === 'open to others')
        expect(String(Object(entry?.fields).error)).toContain(`${folder} is not a private folder of this user`);
      expect(await readdir(elsewhere)).toEqual([]);
      if (what !== 'a file') expect(await readdir(folder)).toEqual([]);
    },
  );

  it('leaves no draft behind when its file cannot be replaced', async () => {
    await learn();
    const [name = ''] = await readdir(folder);
    await rm(join(folder, name));
    await mkdir(join(folder, name, 'inside'), { recursive: true });
    await learn();
    expect(await readdir(folder)).toEqual([name]);
    expect(name).toMatch(/^[0-9a-f]{32}\.json$/);
  });

  it.each([0, -1, Number.NaN, 3_600_001])('learns nothing from a start of %d ms', async (startMs) => {
    await learn(ATHENA, [startMs]);
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });

  it('writes starts that end together once', async () => {
    const history = program().times.of(ATHENA);
    await Promise.all([60_000, 61_000, 62_000].map((startMs) => history.add(startMs)));
    expect(await learned()).toEqual([[60_000, 61_000, 62_000]]);
  });

  it('without a folder it learns for this process only', async () => {
    const times = new StartTimes({
      clock: new VirtualClock(),
      random: new SeededRandom(),
      logger: new RecordingLogger(),
    });
    const history = times.of(ATHENA);
    expect(history.forecast(0).nextPause({ ageMs: 0, polls: 0, longestMs: 2_000 })).toBe(500);
    expect(history.forecast(0).nextPause({ ageMs: 500, polls: 1, longestMs: 2_000 })).toBeUndefined();
    await history.add(1_000);
    expect(history.forecast(0).nextPause({ ageMs: 0, polls: 0, longestMs: 2_000 })).toBe(1_500);
    expect(times.of(ATHENA)).toBe(history);
  });

  it('its memory of configurations is bounded', () => {
    const { times } = program();
    const first = times.of({ ...ATHENA, scope: 'first' });
    for (let at = 0; at < 200; at++) times.of({ ...ATHENA, scope: String(at) });
    expect(times.of({ ...ATHENA, scope: 'first' })).not.toBe(first);
  });

  it.each([
    [{ XDG_CACHE_HOME: '/var/cache/me' }, '/var/cache/me/anysession/start-times'],
    [{ XDG_CACHE_HOME: 'relative' }, '/home/me/.cache/anysession/start-times'],
    [{}, '/home/me/.cache/anysession/start-times'],
  ])('its folder with %j is %s', (env, path) => {
    expect(startTimesFolder({ env, home: '/home/me' })).toBe(path);
  });
});

describe('a record of starts', () => {
  const random = new SeededRandom();
  const recordOf = (starts: readonly number[], nowMs = 1): StartRecord =>
    starts.reduce<StartRecord>((record, startMs) => withSample(record, startMs, nowMs, random), NOTHING);

  it('is an even choice of a thousand starts that end one after the other, not the last ones', () => {
    const { samplesMs, count } = recordOf(Array.from({ length: 1_000 }, (_, at) => 45_000 + at * 45));
    expect(samplesMs).toHaveLength(32);
    expect(count).toBe(1_000);
    const mean = samplesMs.reduce((sum, startMs) => sum + startMs, 0) / samplesMs.length;
    expect(mean).toBeGreaterThan(58_000);
    expect(mean).toBeLessThan(77_000);
  });

  it('follows a service that changed, from the next hour on', () => {
    const old = recordOf(Array.from({ length: 1_000 }, () => 60_000));
    const sameHour = Array.from({ length: 100 }, () => 20_000).reduce(
      (record, startMs) => withSample(record, startMs, 1 + HOUR_MS, random),
      old,
    );
    const nextHour = Array.from({ length: 100 }, () => 20_000).reduce(
      (record, startMs) => withSample(record, startMs, 2 + HOUR_MS, random),
      old,
    );
    const changed = ({ samplesMs }: StartRecord): number => samplesMs.filter((startMs) => startMs === 20_000).length;
    expect(changed(sameHour)).toBeLessThan(10);
    expect(changed(nextHour)).toBeGreaterThan(15);
    expect(nextHour.count).toBe(132);
  });

  it('keeps whole milliseconds, and is read back as it was written', () => {
    const record = recordOf([1_234.567]);
    expect(record).toEqual({ v: 1, samplesMs: [1_235], count: 1, atMs: 1 });
    expect(parseStartRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
    expect(parseStartRecord({ ...record, count: 0 })).toBeUndefined();
    expect(parseStartRecord({ ...record, samplesMs: [] })).toBeUndefined();
    expect(parseStartRecord({ ...record, atMs: '1' })).toBeUndefined();
    expect(parseStartRecord({ ...record, samplesMs: [3_600_001] })).toBeUndefined();
    expect(parseStartRecord({ ...record, samplesMs: Array(33).fill(1), count: 33 })).toBeUndefined();
  });
});
