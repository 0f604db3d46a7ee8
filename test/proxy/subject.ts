import { createInterface } from 'node:readline';
import { plugin as athena } from '../../providers/athena/plugin.ts';
import { plugin as dataproc } from '../../providers/dataproc/plugin.ts';
import { openSessions } from '../../src/index.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { systemClock } from '../../src/session/system-ports.ts';
import { call, endpointTo, HANDLE, runnerTo, runOne, schedulePromptly } from '../spark-connect/connect-stage.ts';

/** What to do in this process, whose environment a test controls. */
export interface Task {
  readonly env: Readonly<Record<string, string>>;
  readonly provider: 'athena' | 'dataproc' | 'spark';
  readonly options?: Readonly<Record<string, unknown>>;
  /** A function in the option `credentials`. */
  readonly credentials?: keyof typeof FUNCTIONS;
  readonly operation?: 'list' | 'start';
}

/** How it ended. */
export interface Outcome {
  readonly kind: string;
  readonly effect?: string;
  readonly message: string;
  /** Everything that could be printed. */
  readonly printed: string;
}

const FUNCTIONS = {
  throws: async () => {
    throw new Error('the vault is sealed');
  },
  'throws no error': async () => {
    // A user's function may do that.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw 'sealed';
  },
  'returns nothing': async () => undefined,
  'returns an expired token': async () => ({ accessToken: 'ya29.old', expiresAtMs: Date.now() - 1 }),
  'returns a token with a line break': async () => ({
    accessToken: 'ya29.fr\nesh',
    expiresAtMs: Date.now() + 3_600_000,
  }),
  'returns a token': async () => ({ accessToken: 'ya29.fresh', expiresAtMs: Date.now() + 3_600_000 }),
};

async function run({ provider, options = {}, credentials, operation = 'list' }: Task): Promise<void> {
  if (provider === 'spark') {
    const runner = runnerTo(async () => endpointTo(443, { host: 'spark.example.test', tls: true, ...options }), {
      ...systemClock,
      schedule: schedulePromptly,
    });
    try {
      if (operation === 'list' && !('tunnel' in options)) await runner.connect(HANDLE, call());
      else await runOne(runner);
    } finally {
      await runner.close();
    }
    return;
  }
  const all = credentials === undefined ? options : { ...options, credentials: FUNCTIONS[credentials] };
  const sessions = await openSessions({ provider: { plugin: { athena, dataproc }[provider], options: all } });
  try {
    if (operation === 'start') await sessions.start();
    else for await (const _ of sessions.list());
  } finally {
    await sessions.close();
  }
}

const OWN = { ...process.env };

async function outcomeOf(task: Task): Promise<Outcome> {
  for (const name of Object.keys(process.env)) if (!(name in OWN)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, OWN, task.env);
  try {
    await run(task);
    return { kind: 'ok', message: '', printed: '' };
  } catch (error) {
    const { inspect } = await import('node:util');
    const printed = inspect(error, { depth: 12, showHidden: true }) + JSON.stringify(error);
    if (!SessionError.is(error)) return { kind: 'unknown', message: String(error), printed };
    return { kind: error.kind, effect: error.effect, message: error.message, printed };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await outcomeOf(JSON.parse(line) as Task))}\n`);
}
