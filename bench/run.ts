/**
 * `npm run bench -- NAME [--json]`: runs `bench/NAME.bench.ts` against the build and prints its report.
 * The exit code is 1 when a bar is missed.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchReport, toText } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const known = readdirSync(new URL('.', import.meta.url)).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
const [name] = positionals;

if (name === undefined || positionals.length > 1 || !known.includes(name)) {
  console.error(`usage: npm run bench -- NAME [--json], where NAME is one of: ${known.join(', ')}`);
  process.exitCode = 2;
} else {
  const { bench } = (await import(`./${name}.bench.ts`)) as { bench: () => Promise<BenchReport> };
  // What this user's other sessions left would be swept, and measured.
  const state = mkdtempSync(join(tmpdir(), 'anysession-bench-'));
  process.env['XDG_STATE_HOME'] = state;
  process.on('exit', () => {
    rmSync(state, { recursive: true, force: true });
  });
  const result = await bench();
  console.log(values.json ? JSON.stringify(result, undefined, 2) : toText(result));
  process.exitCode = result.pass ? 0 : 1;
}
