import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What a program sees of the table of a result with one column of three numbers. */
const PROGRAM = `
  const { resultOf } = await import(${JSON.stringify(pathToFileURL(join(ROOT, 'test/statement/stage.ts')).href)});
  const { numbers, NUMBER_FIELD } = await import(${JSON.stringify(pathToFileURL(join(ROOT, 'test/statement/scripted-runner.ts')).href)});
  const { tableFromIPC, tableToIPC, Int } = arrow;
  const describe = (table) => ({
    isOurs: table.schema.fields[0].type instanceof Int,
    rows: (() => { try { return tableFromIPC(tableToIPC(table)).numRows; } catch (error) { return String(error); } })(),
  });
  const result = resultOf([NUMBER_FIELD], [numbers(1, 2, 3)]);
  process.on('warning', ({ code }) => code.startsWith('ANYSESSION') && console.log(JSON.stringify({ code })));
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anysession-arrow-'));
  mkdirSync(join(folder, 'node_modules'));
  cpSync(join(ROOT, 'node_modules/apache-arrow'), join(folder, 'node_modules/apache-arrow'), { recursive: true });
  for (const name of ['tslib', 'flatbuffers', 'json-bignum', '@swc']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The lines that a program prints, which runs in a folder with a copy of apache-arrow of its own. */
async function run(code: string, cwd: string, ...words: string[]): Promise<unknown[]> {
  const file = join(cwd, 'program.mjs');
  writeFileSync(file, code);
  const tsx = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, ...words, file], { cwd });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

describe('toArrow()', { timeout: 60_000 }, () => {
  const show = (expression: string): string => `console.log(JSON.stringify(describe(await ${expression})));`;

  it("makes a table of the program's own copy", async () => {
    const code = `import * as arrow from 'apache-arrow'; ${PROGRAM} ${show('result.toArrow()')}`;
    expect(await run(code, folder)).toEqual([{ isOurs: true, rows: 3 }]);
  });

  it('warns of the CommonJS build once, and takes it as an argument', async () => {
    const code = `import { createRequire } from 'node:module'; const arrow = createRequire(import.meta.url)('apache-arrow');
      ${PROGRAM} ${show('result.toArrow()')} ${show('result.toArrow()')} ${show('result.toArrow(arrow)')}`;
    const lines = await run(code, folder);
    expect(lines.filter((line) => (line as { code?: string }).code === 'ANYSESSION_ARROW_COPIES')).toHaveLength(1);
    expect(lines).toContainEqual(expect.objectContaining({ isOurs: false }));
    expect(lines).toContainEqual({ isOurs: true, rows: 3 });
  });

  it('fails with the install line where the package is missing, and toIPC() needs none', async () => {
    const hook = `export const resolve = (name, context, next) => {
      if (name === 'apache-arrow') throw Object.assign(new Error('missing'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    };`;
    const code = `const arrow = {}; ${PROGRAM}
      console.log(JSON.stringify((await result.toIPC()).length > 100));
      console.log(JSON.stringify(await result.toArrow().catch(({ kind, message }) => ({ kind, message }))));`;
    // In a folder without a copy of its own.
    const alone = mkdtempSync(join(tmpdir(), 'anysession-alone-'));
    writeFileSync(join(alone, 'hook.mjs'), hook);
    writeFileSync(
      join(alone, 'register.mjs'),
      "(await import('node:module')).register('./hook.mjs', import.meta.url);",
    );
    const lines = await run(code, alone, '--import', pathToFileURL(join(alone, 'register.mjs')).href);
    rmSync(alone, { recursive: true });
    expect(lines).toEqual([
      true,
      { kind: 'unsupported', message: expect.stringContaining('npm install apache-arrow') as string },
    ]);
  });
});
