import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HOME_VARIABLES } from '../test/engines/engine-homes.ts';
import { startEngine } from '../test/engines/engine-server.ts';
import { preparePython } from '../test/oracles/python-environment.ts';
import { ChildProgram } from './child-program.ts';
import { interleave } from './samples.ts';

const ROWS = 1_000_000;
const ROUNDS = 6;
/** The virtual machine of Java compiles what it runs often. */
const WARM_UP_ROUNDS = 1;

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Who reads the rows. */
type Reader = 'direct' | 'proxied' | 'pysparkDirect' | 'pysparkProxied';

/**
 * A million rows of four columns from Apache Spark, which runs behind all three clouds, through the proxy and without it; by a bare
 * client and by PySpark. Milliseconds of each round.
 */
export async function sparkThroughput(
  openProxy: (
    serverPort: number,
  ) => Promise<{ readonly program: ChildProgram; readonly port: number; readonly key: string }>,
): Promise<Record<Reader, number[]>> {
  const python = await preparePython(here('../test/engines/requirements.txt'));
  if (python.kind !== 'ready') throw new Error(`bench proxy needs Spark and PySpark: ${python.reason}`);
  process.env[HOME_VARIABLES.python] = python.python;
  await using server = await startEngine('spark-4.1');
  const { program: proxy, port, key } = await openProxy(server.port);
  const start = (command: string, ...words: readonly string[]): ChildProgram =>
    new ChildProgram(spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] }));
  const bare = here('reference/bare-sql.mjs');
  const pyspark = here('reference/sql_to_arrow.py');
  const readers = {
    direct: start(process.execPath, bare, String(server.port)),
    proxied: start(process.execPath, bare, String(port), key),
    pysparkDirect: start(python.python, pyspark, `sc://127.0.0.1:${server.port}`),
    pysparkProxied: start(python.python, pyspark, `sc://127.0.0.1:${port}/;x-anysession-key=${key}`),
  };
  for (const reader of Object.values(readers)) await reader.line();
  const read = async (name: Reader): Promise<number> => {
    const line = `${name.startsWith('pyspark') ? 'arrow' : 'receive'} ${ROWS}`;
    const { ms = Number.NaN, rows } = JSON.parse(await readers[name].ask(line)) as { ms?: number; rows?: number };
    if (rows !== ROWS) throw new Error(`${name} read ${rows} rows`);
    return ms;
  };
  const candidates = {
    direct: () => read('direct'),
    proxied: () => read('proxied'),
    pysparkDirect: () => read('pysparkDirect'),
    pysparkProxied: () => read('pysparkProxied'),
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1)
    for (const warmUp of Object.values(candidates)) await warmUp();
  const values = await interleave(ROUNDS, candidates);
  for (const program of [...Object.values(readers), proxy]) await program.end();
  return values;
}
