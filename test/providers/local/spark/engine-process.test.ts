import { expect, it } from 'vitest';
import { EngineProcess } from '../../../../providers/local/spark/engine-process.ts';
import type { EngineServer, SparkConf } from '../../../../providers/local/spark/engine-server.ts';
import { SharedProcesses } from '../../../../providers/local/spark/shared-processes.ts';
import { systemClock, systemRandom } from '../../../../src/session/system-ports.ts';

/** A server that runs a Node program with its folder as the argument. */
function serverOf(program: string): EngineServer {
  return {
    engine: 'spark',
    label: 'A server',
    takesToken: true,
    startsWithSparkConf: true,
    command: ({ folder }) => [process.execPath, '-e', program, folder],
    files: ({ sparkConf }) => ({ 'spark.conf': JSON.stringify(sparkConf) }),
    environment: (_place, token) => ({ TOKEN: token }),
    sessionSettings: () => ({}),
  };
}

function start(program: string, sparkConf: SparkConf): Promise<EngineProcess> {
  const { signal } = new AbortController();
  const ports = { clock: systemClock, random: systemRandom };
  return EngineProcess.start({ server: serverOf(program), sparkConf, ...ports, signal });
}

it('gives a server private files, and hides secrets in its output', async () => {
  const program = `
    const fs = require('node:fs');
    const file = process.argv[1] + '/spark.conf';
    console.log(fs.readFileSync(file, 'utf8'), (fs.statSync(file).mode & 0o777).toString(8), process.env.TOKEN);`;
  const sparkConf = {
    'spark.hadoop.fs.s3a.secret.key': 'hush-hush',
    'spark.plain': 'said',
    'spark.empty.password': '',
  };
  const failure = await start(program, sparkConf).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  expect(failure).toContain('A server did not start');
  const shown = { ...sparkConf, 'spark.hadoop.fs.s3a.secret.key': '…' };
  expect(failure).toContain(`${JSON.stringify(shown)} 600 …\n`);
});

it('starts one shared process for equal properties, in any order', async () => {
  const started: SparkConf[] = [];
  const processes = new SharedProcesses(async (sparkConf) => {
    started.push(sparkConf);
    throw new Error('not needed');
  });
  const confs = [{ a: '1', b: '2' }, { b: '2', a: '1' }, {}];
  const shares = await Promise.allSettled(confs.map((conf) => processes.take(conf, new AbortController().signal)));
  expect(shares.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(started).toEqual([{ a: '1', b: '2' }, {}]);
});
