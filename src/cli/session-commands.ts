import { SESSION_STATES } from '../contract/session-state.ts';
import type { Parameter, Row } from './command-row.ts';
import { amount, choice, choices, durationMs, pairs, port, rowCount, usageGroup } from './option-parsers.ts';

const dryRuns = () => import('./dry-run.ts');

const SESSION: Parameter = ['[session]', 'its id, the beginning of its id, key:NAME, or its handle as JSON'];
const LABEL: Parameter = ['--label <name=value>', 'only sessions with this label; may be repeated', pairs];
const MINE: Parameter = ['--mine', 'only sessions of your owner'];
const ONE: readonly Parameter[] = [SESSION, LABEL, MINE];

/** How a session is started. */
const START: readonly Parameter[] = [
  ['--key <key>', 'use the session with this key; start it if there is none'],
  ['--name <name>', 'a display name'],
  ['--size <size>', 'small, medium or large'],
  ['--label <name=value>', 'a label of the new session; may be repeated', pairs],
  ['--queue <duration>', 'wait this long for a free quota, such as 10m (default: fail at once)', durationMs],
];
const MAX_SPEND: Parameter = [
  '--max-spend <amount>',
  'end the session when it has cost this much; needs `prices`',
  amount,
];
const ON_ABORT: Parameter = [
  '--on-abort <what>',
  'what Ctrl-C does to a session that you keep: detach (default) or terminate',
  choice('detach', 'terminate'),
];
export const DRY_RUN: Parameter = ['--dry-run', 'print the request that would be sent, and change nothing'];
const TIMEOUT: Parameter = ['--timeout <duration>', 'stop after this time, such as 90s, 10m or 1h', durationMs];

/** How long a started session lives, and its Spark properties. */
const LIFE: readonly Parameter[] = [
  ['--idle-timeout <duration>', 'end it when nothing has run in it for this long', durationMs],
  ['--max-lifetime <duration>', 'end it this long after its start', durationMs],
  ['--conf <name=value>', 'a Spark property; may be repeated', pairs],
];

/** In which session a command works, and what becomes of it. */
const WORK: readonly Parameter[] = [
  ['--session <session>', 'use this session and leave it running: an id, its beginning, key:NAME, or a handle'],
  ...START,
  ['--restart', 'with --key: start a new session if the last one has ended (default)'],
  ['--no-restart', 'with --key: fail if the last session has ended'],
  ['--keep', 'leave the session running and print its handle'],
  MAX_SPEND,
];

/** How the Spark clients of a proxy get their session. */
const PROXIED: readonly Parameter[] = [
  ...WORK,
  ...LIFE,
  ['--start-timeout <duration>', 'how long a call waits for its session (default: 10m)', durationMs],
  DRY_RUN,
];

const SESSION_COMMANDS: readonly Row[] = [
  [
    'start',
    'start a session, leave it running, and print its handle',
    async () => (await dryRuns()).withDryRun((await import('./commands/start.ts')).runStart),
    ...START,
    ['--restart', 'with --key: start a new session if the last one has ended'],
    ...LIFE,
    ['--wait', 'wait until it is ready'],
    ON_ABORT,
    DRY_RUN,
    TIMEOUT,
  ],
  [
    'list',
    'list the sessions of the environment, of all owners',
    async () => (await import('./commands/list.ts')).runList,
    ['--state <state...>', 'only sessions in these states', choices(...SESSION_STATES)],
    ['--all', 'include ended sessions that the service still lists'],
    LABEL,
    MINE,
  ],
  [
    'usage',
    'print what live sessions have used and cost',
    async () => (await import('./commands/usage.ts')).runUsage,
    LABEL,
    ['--owner <owner>', 'only sessions of this owner'],
    MINE,
    ['--all-environments', 'the sessions of every environment of the config file'],
    ['--by <group>', 'add up by session (default), owner, environment or label:NAME', usageGroup],
    ['--csv', 'print the sessions as CSV'],
  ],
  [
    'describe',
    'print what the service reports about a session',
    async () => (await import('./commands/describe.ts')).runDescribe,
    ...ONE,
  ],
  [
    'wait',
    'wait until a session is ready',
    async () => (await import('./commands/wait.ts')).runWait,
    ...ONE,
    ON_ABORT,
    TIMEOUT,
  ],
  [
    'sql',
    'start a session, run SQL in it, print the rows, and end the session',
    async () => (await dryRuns()).withDryRun((await import('./commands/sql.ts')).runSql),
    ['[text]', 'one or more statements (default: standard input)'],
    ['--file <path>', 'read the SQL from a file'],
    ['--param <name=value>', 'a value for :name (Spark) or $name (DuckDB); may be repeated', pairs],
    ['--csv', 'print the rows as CSV'],
    ['--output <format-and-file...>', 'write csv, json, jsonl or arrow to a new file; - is standard output'],
    ['--rows <count>', 'print at most this many rows (default: 1000 in a table, all as JSON or CSV)', rowCount],
    ...WORK,
    ON_ABORT,
    DRY_RUN,
    TIMEOUT,
  ],
  [
    'shell',
    'run the SQL that you type, in one session',
    async () => (await dryRuns()).withDryRun((await import('./commands/shell.ts')).runShell),
    ['--rows <count>', 'print at most this many rows of a result (default: 1000)', rowCount],
    ...WORK,
    ON_ABORT,
    DRY_RUN,
  ],
  [
    'run',
    'run a block of code in a session (Athena PySpark engine version 3, Glue livy)',
    async () => (await dryRuns()).withDryRun((await import('./commands/run.ts')).runCode),
    ['[code]', 'the code (default: standard input)'],
    ['--file <path>', 'read the code from a file'],
    ...WORK,
    ON_ABORT,
    DRY_RUN,
    TIMEOUT,
  ],
  [
    'open',
    "open the service's web page about a session",
    async () => (await import('./commands/open.ts')).runOpen,
    ...ONE,
    ['--print', 'print the address instead (it may contain a token)'],
  ],
  [
    'exec',
    'run a command whose Spark clients get a session (SPARK_REMOTE); it ends with the command',
    async () => (await dryRuns()).withDryRun((await import('./commands/exec.ts')).runExec),
    ['<command...>', 'the command and its arguments, behind --'],
    ...PROXIED,
    ['--eager', 'start the session at once (default: at the first Spark call)'],
  ],
  [
    'proxy',
    'run a proxy for Spark clients until SIGTERM; sessions start at the first call',
    async () => (await dryRuns()).withDryRun((await import('./commands/proxy.ts')).runProxy),
    ...PROXIED,
    ['--port <number>', 'the port on 127.0.0.1 (default: a free one)', port],
    ['--linger <duration>', 'end a session that has had no call for this long (default: 15m)', durationMs],
    ['--per <identity>', 'a session for each user or client (default: one for all)', choice('user', 'client')],
    ['--on-lost <what>', 'if a session ends: fail (default), or restart it', choice('fail', 'restart')],
  ],
  [
    'logs',
    'print where the logs of a session are, and the commands that print them',
    async () => (await import('./commands/logs.ts')).runLogs,
    ...ONE,
  ],
  [
    'connect',
    'print how PySpark joins a session without a proxy (contains a token)',
    async () => (await import('./commands/connect.ts')).runConnect,
    ...ONE,
    ['--export', 'print only the line for eval in a shell'],
  ],
  [
    'terminate',
    'end sessions',
    async () => (await dryRuns()).withDryRun((await import('./commands/terminate.ts')).runTerminate),
    ['[sessions...]', 'ids, beginnings of ids, key:NAME, or handles as JSON'],
    LABEL,
    MINE,
    ['--yes', 'also end sessions of other owners, without asking'],
    ['--wait', 'wait until they have ended and nothing is billed'],
    DRY_RUN,
    TIMEOUT,
  ],
  [
    'sweep',
    'end the sessions that nobody holds: those of dead processes of this host, and those past their lifetime',
    async () => (await import('./commands/sweep.ts')).runSweep,
    ['--dry-run', 'only print what would be ended'],
    ['--watch <duration>', 'sweep again and again with this pause, such as 30s, until SIGTERM', durationMs],
    ['--all-environments', 'sweep every environment of the config file; one that fails does not stop the others'],
  ],
];

/** The commands on sessions. */
export function sessionCommands(): readonly Row[] {
  return SESSION_COMMANDS;
}
