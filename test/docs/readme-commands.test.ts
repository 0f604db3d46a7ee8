import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { cloud } from '../cli/clouds.ts';

/** Commands that other tests run as they are: they need pip or PySpark, need a terminal, or run until they are stopped. */
const RUN_ELSEWHERE = /^(engines install|emulate|exec|proxy|shell)/;

/** The commands of the first block after a heading, each as its words. */
function commandsIn(file: string, heading: string): readonly (readonly string[])[] {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const [, block = ''] = text.slice(text.indexOf(heading)).split(/^```\w*\n/m);
  return block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''))
    .filter((line) => /^(npx )?anysession /.test(line))
    .map((line) => Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? ''))
    .map((words) => words.slice(words.indexOf('anysession') + 1));
}

/** Without what follows `--`: that is the command of a child. */
function withoutChild(words: readonly string[]): readonly string[] {
  return words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
}

describe('the commands in the documents run as they are written', { timeout: 120_000 }, () => {
  it.concurrent.for([
    ['README.md', '## Command line', 10],
    ['docs/guide/command-line.md', '# Command line', 5],
    ['docs/guide/command-line.md', 'A session that somebody forgot', 3],
  ] as const)('%s, %s', async ([file, heading, least], context) => {
    const { expect } = context;
    const { run, start } = await cloud('emr-serverless', context);
    const other = await start();
    const ID: Readonly<Record<string, string>> = { ID: other, '3f2a': other.slice(0, -1) };
    const commands = commandsIn(file, heading);
    expect(commands.length).toBeGreaterThanOrEqual(least);
    for (const words of commands) {
      const line = words.join(' ');
      if (line.startsWith('batch ')) {
        // The environment has sessions; what it needs is in its help.
        expect((await run([...words.slice(0, 2), '--help'])).code, line).toBe(0);
        continue;
      }
      const given = RUN_ELSEWHERE.test(line)
        ? [...withoutChild(words), '--help']
        : words.map((word) => ID[word] ?? word);
      const { code, stdout, stderr } = await run(given);
      expect(code, `${line}: ${stderr}`).toBe(0);
      if (words[0] === 'sql' && line.includes('AS answer')) expect(stdout).toBe('answer\n42\n');
    }
  });
});
