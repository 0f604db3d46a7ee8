import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { ENGINE_VERSIONS } from '../../src/cli/install-engine.ts';
import { quoted, run } from '../cli/process.ts';
import { pythonFor } from '../engines/engine-homes.ts';
import { startEngine } from '../engines/engine-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** What the runner hands over to the tests. */
export const VARIABLES = { python: 'ANYSESSION_NOTEBOOKS_PYTHON', deno: 'ANYSESSION_NOTEBOOKS_DENO' } as const;

/** The folder of the notebooks. */
export const NOTEBOOKS = fileURLToPath(new URL('../../examples/notebooks/', import.meta.url));

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** Emulated clouds on Sail, and a user with Jupyter, `anysession` and Sail, who has added the kernels of the environments. */
export async function workplace(environments: readonly string[] = [], startupMs = 2_000) {
  const server = await startEngine('sail');
  onTestFinished(() => server.stop());
  const emulator = await startEmulator({
    services: ['athena', 'emr-serverless', 'healthomics', 's3'],
    startupMs,
    engine: `sc://127.0.0.1:${server.port}`,
    healthomics: { submissionsPerSecond: 1_000, runMs: 500, refusedRuns: ['S007'], failingRuns: ['S042'] },
  });
  onTestFinished(() => emulator.close());
  const home = temporaryFolder();
  const bin = join(home, 'bin');
  const jupyter = join(home, 'jupyter');
  const cache = join(home, 'cache/anysession/engines');
  for (const folder of [bin, cache, join(jupyter, 'kernels/deno')]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(bin, 'anysession'), `#!/bin/sh\nexec ${quoted([process.execPath, MAIN])} "$@"\n`);
  chmodSync(join(bin, 'anysession'), 0o755);
  symlinkSync(dirname(dirname(pythonFor('sail'))), join(cache, `sail-${ENGINE_VERSIONS.sail}`));
  const deno = [process.env[VARIABLES.deno] ?? '', 'jupyter', '--kernel', '--conn', '{connection_file}'];
  const spec = { argv: deno, display_name: 'Deno', language: 'typescript' };
  writeFileSync(join(jupyter, 'kernels/deno/kernel.json'), JSON.stringify(spec));
  const python = process.env[VARIABLES.python] ?? '';
  const env = {
    PATH: [dirname(python), bin, process.env['PATH']].join(':'),
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    JUPYTER_DATA_DIR: jupyter,
    IPYTHONDIR: join(home, 'ipython'),
    AWS_ENDPOINT_URL_ATHENA: emulator.urls.athena,
    AWS_ENDPOINT_URL_EMR_SERVERLESS: emulator.urls.emrServerless,
    AWS_ENDPOINT_URL_OMICS: emulator.urls.healthomics,
    AWS_ENDPOINT_URL_S3: emulator.urls.s3,
    AWS_ACCESS_KEY_ID: 'emulated',
    AWS_SECRET_ACCESS_KEY: 'emulated',
    DENO_NO_UPDATE_CHECK: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const start = (words: readonly string[], cwd = NOTEBOOKS, more: NodeJS.ProcessEnv = {}) =>
    run(words, { cwd, onTestFinished, detached: true, env: { ...env, ...more } });
  for (const environment of environments) {
    const { code, stderr } = await start(['anysession', 'kernel', 'install', '--env', environment]).ended;
    if (code !== 0) throw new Error(stderr);
  }
  return {
    emulator,
    home,
    start,
    /** Its environment, for `env`. */
    variables: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    /** Executes a notebook, and returns it with its outputs. */
    async execute(file: string, kernel: string): Promise<Notebook> {
      const output = join(home, `${kernel}.ipynb`);
      const script = fileURLToPath(new URL('execute.py', import.meta.url));
      const { code, stderr, stdout } = await start([python, script, file, kernel, NOTEBOOKS, output]).ended;
      if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
      return readNotebook(output);
    },
  };
}

/** A part of a notebook's file. */
export interface Notebook {
  readonly metadata: { readonly kernelspec: { readonly name: string; readonly display_name: string } };
  readonly cells: readonly Cell[];
}

interface Cell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
  readonly outputs?: readonly Output[];
}

interface Output {
  readonly output_type: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

export function readNotebook(file: string): Notebook {
  return JSON.parse(readFileSync(file, 'utf8')) as Notebook;
}

const joined = (text: unknown): string => (Array.isArray(text) ? text.join('') : String(text));

/**
 * The outputs of each code cell that must be the same at each execution: without the status line of a session, whose ids and times
 * differ, and with the kind alone of a picture that is drawn with the fonts of the machine.
 */
export function outputsOf({ cells }: Notebook): readonly (readonly string[])[] {
  return cells
    .filter((cell) => cell.cell_type === 'code')
    .map(({ outputs = [] }) => {
      const texts = outputs.flatMap(({ text, data }) => {
        if (text !== undefined) return [joined(text)];
        const html = joined(data?.['text/html'] ?? '');
        if (html.includes('data-anysession="status"')) return [];
        const picture = Object.keys(data ?? {}).find((type) => type.startsWith('image/'));
        return picture === undefined ? [joined(data?.['text/plain'] ?? '')] : [picture];
      });
      // A kernel sends what is printed in pieces of any size.
      return [
        texts
          .join('')
          .replace(/local-[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
          .replace(/\bage +\d+s/g, 'age'),
      ];
    });
}
