import { readFile, readdir } from 'node:fs/promises';
import { delimiter, dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpointTo, runnerTo, runOne } from '../spark-connect/connect-stage.ts';
import { openSqlStage, type SqlStage } from '../emulator/sql-stage.ts';
import { failureOf } from '../failure-of.ts';
import { pythonFor } from './engine-homes.ts';

const { PATH } = process.env;
let stage: SqlStage;

beforeAll(async () => {
  process.env['PATH'] = `${dirname(pythonFor('spark-4.1'))}${delimiter}${PATH}`;
  stage = await openSqlStage('athena', { engine: 'spark' });
}, 180_000);

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  process.env['PATH'] = PATH;
});

it(
  'runs statements of emulated sessions, and none that go to Spark without the token',
  { timeout: 180_000 },
  async () => {
    expect(await stage.rows('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    const port = await sparkPort();
    const error = await failureOf(runOne(runnerTo(async () => endpointTo(port))));
    expect(error).toMatchObject({ kind: 'unauthenticated' });
  },
);

/** The port in the command of the Spark that this process started. */
async function sparkPort(): Promise<number> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const id of processes) {
    const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
    const [, port] =
      /SparkConnectServer.*binding\.port=(\d+)|binding\.port=(\d+).*SparkConnectServer/.exec(command) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error('no Spark runs');
}
