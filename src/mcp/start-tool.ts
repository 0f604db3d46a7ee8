import { lifetimeRange } from '../contract/capabilities.ts';
import { SESSION_SIZES, type SessionSize } from '../contract/start-request.ts';
import { SessionError } from '../contract/session-error.ts';
import { whyUnpriced } from '../contract/usage.ts';
import { toMoney } from '../cost/money.ts';
import { priceList, type AgentEnvironment } from './agent-environments.ts';
import { quoted } from './confirmation.ts';
import { DEFAULT_LIFETIME_MINUTES, IDLE_TIMEOUT_MS, MAX_LIFETIME_MINUTES } from './limits.ts';
import { ENVIRONMENT_INPUT, SESSION_SHAPE } from './session-summary.ts';
import { summarize } from './session-tools.ts';
import type { Grant, SpendBudget } from './spend-budget.ts';
import type { Desk, Tool, ToolCall } from './tool.ts';

interface StartArgs {
  readonly environment?: string;
  readonly name?: string;
  readonly size?: SessionSize;
  readonly lifetimeMinutes?: number;
  readonly maxSpend?: number;
  readonly keep?: boolean;
}

/** The tool that starts sessions. */
export const START_TOOL: Tool = {
  name: 'start_session',
  title: 'Start a session',
  description:
    'Starts a session and returns its id at once; run_sql and wait_session wait until it is ready. It ends at its lifetime, at its spending limit, when idle, and when this server ends. Use one session for many statements, and end it with terminate_session.',
  confirms: 'if the session is billed, unless the server has `--allow-start`; always with `keep`',
  input: {
    type: 'object',
    properties: {
      ...ENVIRONMENT_INPUT,
      name: { type: 'string', minLength: 1, maxLength: 128, description: 'A display name.' },
      size: { type: 'string', enum: SESSION_SIZES, description: 'Where the provider has sizes.' },
      lifetimeMinutes: {
        type: 'number',
        minimum: 0.05,
        maximum: MAX_LIFETIME_MINUTES,
        description: `This server ends the session after this time. Default: ${DEFAULT_LIFETIME_MINUTES}.`,
      },
      maxSpend: {
        type: 'number',
        exclusiveMinimum: 0,
        description:
          'The session ends when it has cost this much, in the currency of the prices of the environment. Needed where prices are known.',
      },
      keep: {
        type: 'boolean',
        description: 'Leave the session running when this server ends. The user is always asked.',
      },
    },
    additionalProperties: false,
  },
  output: { session: SESSION_SHAPE },
  always: ['session'],
  changes: 'something',
  run: async (desk, args: StartArgs, call) => {
    const environment = await desk.environments.get(args.environment);
    assertCanKeep(args, environment);
    const leavePlace = desk.started.takePlace();
    try {
      return { session: await start(desk, args, environment, call) };
    } finally {
      leavePlace();
    }
  },
};

async function start(desk: Desk, args: StartArgs, environment: AgentEnvironment, call: ToolCall): Promise<object> {
  const { sessions, isBilled } = environment;
  const { capabilities } = sessions.provider;
  const { name = 'anysession mcp', size, keep = false, lifetimeMinutes = DEFAULT_LIFETIME_MINUTES } = args;
  const lifetimeMs = lifetimeMinutes * 60_000;
  const range = lifetimeRange(capabilities);
  const grant = limitOf(desk.budget, args, environment);
  try {
    if (isBilled && (keep || !desk.isStartAllowed)) {
      const text = questionOf({ ...args, name, lifetimeMinutes }, environment, grant?.amount);
      const otherwise = keep
        ? 'Start it without `keep`, or let the user start it: anysession start.'
        : 'Use a client with elicitation, or let the user launch the server with --allow-start --max-spend AMOUNT.';
      await call.ask({ operation: 'start', text, otherwise }, call.signal);
    }
    const session = await sessions.start({
      name,
      size,
      maxSpend: grant?.amount,
      idleTimeoutMs: within(IDLE_TIMEOUT_MS, capabilities.idleTimeoutMs),
      // The service ends it too, where it can.
      maxLifetimeMs: range === false ? undefined : within(lifetimeMs, range),
      signal: call.signal,
    });
    const endsAtMs = Date.now() + lifetimeMs;
    desk.started.add(session, { environment: environment.name, grant, endsAtMs, isKept: keep });
    return summarize(desk, session, environment);
  } catch (error) {
    // A start whose answer was lost may have started a session: then its limit stays reserved.
    if (!SessionError.is(error) || error.effect === 'none') grant?.settle(0);
    throw error;
  }
}

/** @throws SessionError `unsupported`: the engine of this process ends with it. */
function assertCanKeep({ keep = false }: StartArgs, { sessions }: AgentEnvironment): void {
  const { id, capabilities } = sessions.provider;
  if (!keep || capabilities.outlivesProcess) return;
  const message = `\`keep\` is not possible here: a session of ${id} stops when this server ends`;
  throw new SessionError('unsupported', message, { operation: 'start', provider: id, advice: 'Leave out `keep`.' });
}

/** The spending limit of a start; `undefined` where nothing is billed, and where no limit can work and none is asked for. */
function limitOf(budget: SpendBudget, { maxSpend }: StartArgs, environment: AgentEnvironment): Grant | undefined {
  const { isBilled, sessions } = environment;
  if (!isBilled) return undefined;
  const { prices, provider } = sessions;
  const why = whyUnpriced(provider.capabilities.usageUnits, prices);
  if (why === undefined && prices !== undefined) return budget.grant(maxSpend, prices.currency);
  if (maxSpend === undefined && !budget.isLimited) return undefined;
  const message = `No spending limit can work in environment ${JSON.stringify(environment.name)}: ${why ?? 'it has no `prices`'}`;
  const advice = 'The user adds `prices` to the environment: docs/guide/cost.md.';
  throw new SessionError('invalid-request', message, { operation: 'start', advice });
}

function questionOf(args: StartArgs & { name: string }, environment: AgentEnvironment, maxSpend?: number): string {
  const { name, size, keep = false, lifetimeMinutes = 0 } = args;
  const { sessions } = environment;
  const { id, scope } = sessions.provider;
  const sized = size === undefined ? '' : ` of size ${size}`;
  const lines = [
    `Start a session ${quoted(name)}${sized} on ${id} (environment ${quoted(environment.name)}, ${quoted(scope)})? It is billed.`,
    sessions.prices === undefined
      ? 'Price: unknown, the environment has no `prices`. No spending limit is possible.'
      : `Price: ${priceList(sessions.prices)}.`,
    ...(maxSpend === undefined
      ? []
      : [`It ends when it has cost ${toMoney(maxSpend, sessions.prices?.currency ?? '')}.`]),
    `It ends after ${lifetimeMinutes} minutes.`,
    keep
      ? 'IT KEEPS RUNNING when this server ends. From then on these limits do not hold, and only those of the service end it.'
      : 'It ends with this server.',
  ];
  return lines.join('\n');
}

function within(value: number, { min, max }: { readonly min: number; readonly max: number }): number {
  return Math.min(Math.max(value, min), max);
}
