import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseYAML } from 'confbox';
import { describe, expect, it } from 'vitest';
import { cli } from '../cli/cli-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { BLOCKS, blocksIn } from './document-blocks.ts';
import { wrongCommands } from './shell-lines.ts';

/** What a reader sets before a config file is read. */
const VARIABLES = Object.fromEntries(
  ['APP_ID', 'ROLE_ARN', 'LIVY_URL', 'SPARK_TOKEN'].map((name) => [
    name,
    name === 'ROLE_ARN' ? 'arn:aws:iam::123456789012:role/x' : 'x',
  ]),
);

/** Examples of packages and files that a reader has. */
const READERS_OWN = /@acme\/|extends|base\.yaml/;

/** What each language is checked by. Text is what a program printed; the rest has its own test. */
const CHECKED = ['ts', 'sh', 'yaml', 'json', 'python', 'sql', 'text'];

/** Blocks in other languages, with the test that runs them. */
const RUN_BY: Readonly<Record<string, string>> = {
  'docs/guide/bundlers.md': 'test/package/bundlers.test.ts',
  'docs/guide/telemetry.md': 'test/telemetry',
};

describe('every block of code in the documents', () => {
  it('has a language that a test knows', () => {
    const unknown = BLOCKS.filter(
      ({ language, name }) => !CHECKED.includes(language) && !Object.keys(RUN_BY).some((file) => name.startsWith(file)),
    );
    expect(unknown.map(({ name, language }) => `${name}: ${language}`)).toEqual([]);
    expect(BLOCKS.length).toBeGreaterThan(100);
  });

  it.each(blocksIn('sh'))('$name has commands and options that exist', ({ text }) => {
    expect(wrongCommands(text)).toEqual([]);
  });

  it.each(blocksIn('json'))('$name is JSON', ({ text }) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it.each(blocksIn('yaml'))('$name is YAML', ({ text }) => {
    expect(parseYAML(text)).toBeTypeOf('object');
  });

  it.each(blocksIn('yaml').filter(({ text }) => /^environments:/m.test(text) && !READERS_OWN.test(text)))(
    '$name is a configuration without mistakes',
    async ({ text }) => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, 'anysession.config.yaml'), text);
      const { code, stdout, stderr } = await cli(['config', 'check'], { cwd, env: VARIABLES });
      expect(code, `${stdout}\n${stderr}`).toBe(0);
    },
  );

  it('is Python that compiles', async () => {
    const folder = temporaryFolder();
    const files = blocksIn('python').map(({ text, name }) => {
      const file = join(folder, `${name.replaceAll(/\W/g, '_')}.py`);
      writeFileSync(file, text);
      return file;
    });
    expect(files.length).toBeGreaterThan(5);
    await promisify(execFile)('python3', ['-m', 'py_compile', ...files]);
  });
});

describe('a block of shell commands', () => {
  it.each([
    ['npx anysession sweeep', ['npx anysession sweeep: no such command']],
    ['A=1 anysession list --nothing', ['anysession list --nothing: no option --nothing']],
    ['eval "$(npx anysession emulate --detached)"', ['anysession emulate --detached: no option --detached']],
    ['anysession exec --env prod -- dbt run --profiles-dir .', []],
    ['npm run nothing && anysession list', ['npm run nothing: no such script']],
    ['curl x | unknown-program', ['unknown-program: no known program']],
  ])('%s', (block, problems) => {
    expect(wrongCommands(block)).toEqual(problems);
  });
});
