/** Examples in the help of commands, without the name of the program. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '': ['sql "SELECT 42 AS answer"', 'start --key nightly --wait', 'list --mine', 'terminate key:nightly'],
  start: ['start --key nightly --restart --wait', 'start --size small --idle-timeout 30m --dry-run'],
  list: ['list --mine', 'list --state ready busy --json'],
  describe: ['describe key:nightly', 'describe --label job=nightly'],
  wait: ['wait key:nightly --timeout 10m'],
  sql: [
    'sql "SELECT :day AS day" --param day=2026-11-30',
    'sql --key nightly --keep --file report.sql --output csv -',
    'sql --session key:nightly "SHOW TABLES"',
  ],
  shell: ['shell --key nightly --keep'],
  run: ['run --file job.py'],
  usage: ['usage --by owner', 'usage --all-environments --csv'],
  logs: ['logs key:nightly'],
  open: ['open key:nightly', 'open key:nightly --print'],
  terminate: ['terminate key:nightly --wait', 'terminate --mine', 'terminate --label job=nightly --dry-run'],
  sweep: ['sweep --dry-run', 'sweep --all-environments --watch 5m'],
  emulate: ['emulate --detach --export', 'emulate --services athena --engine sail'],
  verify: ['verify --list', 'verify --env prod --save observed.json', 'verify --clean'],
  completion: ['completion bash'],
  'config init': ['config init --provider athena --set workgroup=spark'],
  'batch start': ['batch start --runs runs.jsonl --defaults defaults.json --key c7'],
  'batch status': ['batch status c7'],
};

/** The help behind the options of a command; empty where an example would show nothing new. */
export function examplesOf(path: string): string {
  const lines = (EXAMPLES[path] ?? []).map((line) => `  anysession ${line}`);
  return lines.length === 0 ? '' : `\n${['Examples:', ...lines].join('\n')}`;
}

/** All examples, each as the command and its line. */
export function allExamples(): readonly (readonly [path: string, line: string])[] {
  return Object.entries(EXAMPLES).flatMap(([path, lines]) => lines.map((line) => [path, line] as const));
}
