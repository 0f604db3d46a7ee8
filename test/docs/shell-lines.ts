import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Programs that a reader has, and that no test here needs to know. */
const READERS_OWN =
  /^(aws|cat|cd|cp|curl|docker|echo|eval|export|gcloud|git|jq|jupyter|kill|mkdir|node|pip|psql|python|systemctl|sudo|unset|crontab|loginctl|source|set|esbuild)$/;

const program = createProgram({} as Terminal);

/** The commands of a block of shell lines that do not exist, or have an option that does not exist. */
export function wrongCommands(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => commandsOf(line))
    .flatMap((words) => problemsOf(words).map((problem) => `${words.join(' ')}: ${problem}`));
}

/** The commands of a line, as words: without comments, assignments and what is in quotes. */
function commandsOf(line: string): string[][] {
  return line
    .replace(/(^|\s)#.*$/, '')
    .replace(/"\$\((npx )?(.*?)\)"/, '; $2 ;')
    .replaceAll(/"[^"]*"|'[^']*'/g, 'QUOTED')
    .split(/\s*(?:&&|\|\||\||;|&)(?:\s|$)/)
    .map((part) => part.trim().split(/\s+/))
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter(([first = '']) => first !== '' && first !== 'QUOTED');
}

function problemsOf(words: readonly string[]): string[] {
  const [first = '', second = ''] = words;
  if (first === 'npx')
    return problemsOf(words.slice(1).filter((word, index, all) => word !== '-p' && all[index - 1] !== '-p'));
  if (first === 'npm') {
    if (second !== 'run') return [];
    const script = words[2] === '-s' ? words[3] : words[2];
    return script !== undefined && script in manifest.scripts ? [] : ['no such script'];
  }
  if (first !== 'anysession') return READERS_OWN.test(first) ? [] : ['no known program'];
  return optionProblems(words.slice(1));
}

function optionProblems(words: readonly string[]): string[] {
  let command: Command = program;
  const options: Option[] = [...program.options];
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
    options.push(...command.options);
  }
  if (command === program && words[0] !== undefined && !words[0].startsWith('-')) return ['no such command'];
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  const known = options.flatMap(({ long, short }) => [long, short]);
  return own
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.split('=')[0] ?? '')
    .filter((word) => !known.includes(word) && word !== '--help' && word !== '--version')
    .map((word) => `no option ${word}`);
}
