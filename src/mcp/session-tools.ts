import { SessionError } from '../contract/session-error.ts';
import type { Session } from '../session/session.ts';
import { toSessionError } from './tool-error.ts';
import type { AgentEnvironment } from './agent-environments.ts';
import { withSession, type SessionArgs } from './find-session.ts';
import { DEFAULT_WAIT_SECONDS, MAX_LISTED, MAX_WAIT_SECONDS, PROGRESS_STEP_MS } from './limits.ts';
import { ENVIRONMENT_INPUT, SESSION_INPUT, SESSION_SHAPE, summaryOf, type SessionSummary } from './session-summary.ts';
import type { Desk, Tool, ToolCall } from './tool.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** How long a tool waits. */
export const TIMEOUT_INPUT = {
  timeoutSeconds: {
    type: 'number',
    minimum: 0.001,
    maximum: MAX_WAIT_SECONDS,
    description: `How long to wait. Default: ${DEFAULT_WAIT_SECONDS}.`,
  },
} as const;

/** The summary of a session, with what this server knows about it. */
export function summarize({ started }: Desk, session: Session, environment: AgentEnvironment): SessionSummary {
  const own = started.find(environment.name, session.handle.id);
  return summaryOf(session.status, { environment: environment.name, prices: environment.sessions.prices, own });
}

const LIST_ENVIRONMENTS: Tool = {
  name: 'list_environments',
  title: 'List environments',
  description:
    'Lists the environments of the configuration: their provider, SQL dialect, whether sessions are billed, and prices. Starts nothing.',
  input: { type: 'object', properties: {}, additionalProperties: false },
  output: {
    environments: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: text,
          isDefault: flag,
          provider: text,
          scope: text,
          dialect: text,
          runsSql: flag,
          isBilled: flag,
          prices: { type: 'object' },
          problem: text,
        },
        required: ['name', 'isDefault'],
      },
    },
  },
  always: ['environments'],
  changes: 'nothing',
  run: async ({ environments }) => {
    const listed: object[] = [];
    for (const name of environments.names.slice(0, MAX_LISTED)) {
      const isDefault = name === environments.defaultName;
      try {
        const { sessions, isBilled } = await environments.get(name);
        const { id: provider, scope, capabilities } = sessions.provider;
        const runsSql = capabilities.sql || capabilities.sparkConnect;
        const facts = { provider, scope, dialect: sessions.dialect, runsSql, isBilled };
        listed.push({ name, isDefault, ...facts, ...(sessions.prices && { prices: sessions.prices }) });
      } catch (error) {
        listed.push({ name, isDefault, problem: toSessionError(error).message });
      }
    }
    return { environments: listed };
  },
};

const LIST_SESSIONS: Tool = {
  name: 'list_sessions',
  title: 'List sessions',
  description: `Lists the live sessions of an environment, of all owners, at most ${MAX_LISTED}.`,
  input: {
    type: 'object',
    properties: {
      ...ENVIRONMENT_INPUT,
      includeEnded: { type: 'boolean', description: 'Also list ended sessions that the service still lists.' },
    },
    additionalProperties: false,
  },
  output: { sessions: { type: 'array', items: SESSION_SHAPE }, isComplete: flag },
  always: ['sessions', 'isComplete'],
  changes: 'nothing',
  run: async (
    { environments, started },
    { environment: chosen, includeEnded = false }: { environment?: string; includeEnded?: boolean },
    { signal },
  ) => {
    const { name: environment, sessions } = await environments.get(chosen);
    const listed: SessionSummary[] = [];
    for await (const seen of sessions.list({ signal })) {
      if (seen.final && !includeEnded) continue;
      if (listed.length === MAX_LISTED) return { sessions: listed, isComplete: false };
      const own = started.find(environment, seen.handle.id);
      // A list may be older than what is known here; costs need a description.
      listed.push(summaryOf(seen, { environment, prices: undefined, own }));
    }
    return { sessions: listed, isComplete: true };
  },
};

const DESCRIBE_SESSION: Tool = {
  name: 'describe_session',
  title: 'Describe a session',
  description: 'Returns what the service reports about one session: state, reason, times, usage and cost.',
  input: { type: 'object', properties: SESSION_INPUT, additionalProperties: false },
  output: { session: SESSION_SHAPE },
  always: ['session'],
  changes: 'nothing',
  run: async (desk, args: SessionArgs, { signal }) => {
    return withSession(desk, args, signal, async (session, environment) => {
      await session.refresh({ signal });
      return { session: summarize(desk, session, environment) };
    });
  },
};

const WAIT_SESSION: Tool = {
  name: 'wait_session',
  title: 'Wait for a session',
  description:
    'Waits until a session accepts work. Sessions of clouds take one to five minutes: if `isReady` is false after the timeout, call it again. Fails if the session has ended.',
  input: { type: 'object', properties: { ...SESSION_INPUT, ...TIMEOUT_INPUT }, additionalProperties: false },
  output: { isReady: flag, session: SESSION_SHAPE },
  always: ['isReady', 'session'],
  changes: 'nothing',
  run: async (
    desk,
    { timeoutSeconds = DEFAULT_WAIT_SECONDS, ...args }: SessionArgs & { timeoutSeconds?: number },
    call: ToolCall,
  ) => {
    return withSession(desk, args, call.signal, async (session, environment) => {
      const isReady = await whileReporting(session, call, () => waitReady(session, call, timeoutSeconds * 1_000));
      return { isReady, session: summarize(desk, session, environment) };
    });
  },
};

/** The tools that only read. */
export const READING_TOOLS: readonly Tool[] = [LIST_ENVIRONMENTS, LIST_SESSIONS, DESCRIBE_SESSION, WAIT_SESSION];

async function waitReady(session: Session, { signal }: ToolCall, timeoutMs: number): Promise<boolean> {
  try {
    await session.whenReady({ signal, timeoutMs });
    return true;
  } catch (error) {
    // The end of the wait is no failure: the session is being created.
    if (SessionError.is(error, 'timeout') && session.state === 'creating') return false;
    throw error;
  }
}

/** Reports the state of the session until the work is done, so that clients do not end a long call. */
export async function whileReporting<T>(session: Session, { progress }: ToolCall, work: () => Promise<T>): Promise<T> {
  const report = (): void => {
    const estimate = session.estimate === undefined ? '' : `, ${session.estimate.text}`;
    progress(`session ${session.handle.id} is ${session.state}${estimate}`);
  };
  report();
  const steps = setInterval(report, PROGRESS_STEP_MS);
  const stop = session.on('state', report);
  try {
    return await work();
  } finally {
    clearInterval(steps);
    stop();
  }
}
