import type { Observation } from '../contract/observation.ts';
import { cutText } from '../contract/secret-text.ts';
import type { Prices } from '../contract/usage.ts';
import { ageOf, costOf, type Cost } from '../cost/cost.ts';
import { omitUndefined } from '../provider-kit/omit-undefined.ts';
import type { OptionShape } from '../provider-kit/option-shape.ts';
import type { AgentSession } from './agent-sessions.ts';
import { MAX_WORD_LENGTH } from './limits.ts';
import type { OutputShape } from './tool.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const number = { type: 'number' } as const;
const word = { type: 'string', minLength: 1, maxLength: MAX_WORD_LENGTH } as const;

/** The arguments that name an environment and a session. */
export const ENVIRONMENT_INPUT = {
  environment: { ...word, description: 'An environment of list_environments. Default: the default environment.' },
} as const satisfies Readonly<Record<string, OptionShape>>;
export const SESSION_INPUT = {
  ...ENVIRONMENT_INPUT,
  session: {
    ...word,
    description:
      'The id of a session, the beginning of it, or key:NAME. Default: the one session that this server has started in the environment.',
  },
} as const satisfies Readonly<Record<string, OptionShape>>;

/** The shape of a cost. */
const COST_SHAPE: OutputShape = {
  type: 'object',
  properties: { known: flag, amount: number, currency: text, basis: text, formula: text, why: text },
  required: ['known'],
};

/** The shape of {@link SessionSummary}. */
export const SESSION_SHAPE: OutputShape = {
  type: 'object',
  properties: {
    environment: text,
    id: text,
    state: text,
    nativeState: text,
    acceptsWork: flag,
    hasEnded: flag,
    reason: text,
    name: text,
    owner: text,
    createdAt: text,
    ageSeconds: number,
    idleTimeoutSeconds: number,
    labels: { type: 'object', additionalProperties: text },
    consoleUrl: text,
    usage: { type: 'object' },
    cost: COST_SHAPE,
    startedByThisServer: flag,
    maxSpend: number,
    endsAt: text,
    isKept: flag,
  },
  required: ['environment', 'id', 'state', 'nativeState', 'acceptsWork', 'hasEnded', 'startedByThisServer'],
};

/** What tools report about a session. */
export interface SessionSummary {
  readonly environment: string;
  readonly id: string;
  readonly state: string;
  readonly nativeState: string;
  readonly acceptsWork: boolean;
  /** Whether nothing is billed any more. */
  readonly hasEnded: boolean;
  readonly startedByThisServer: boolean;
  readonly cost?: Cost;
}

/** The facts of an observation that a model needs; times are text. */
export function summaryOf(
  seen: Observation,
  place: { readonly environment: string; readonly prices: Prices | undefined; readonly own: AgentSession | undefined },
): SessionSummary {
  const { environment, prices, own } = place;
  const { details } = seen;
  const nowMs = Date.now();
  const ageMs = ageOf(seen, nowMs);
  return omitUndefined({
    environment,
    id: seen.handle.id,
    state: seen.state ?? 'unknown',
    nativeState: seen.nativeState,
    acceptsWork: seen.acceptsWork,
    hasEnded: seen.final,
    reason: seen.reason && cutText(seen.reason, 2_000),
    name: details.name,
    owner: details.ownership?.owner,
    createdAt: timeText(details.createdAtMs),
    ageSeconds: ageMs === undefined ? undefined : Math.round(ageMs / 1_000),
    idleTimeoutSeconds: details.idleTimeoutMs === undefined ? undefined : details.idleTimeoutMs / 1_000,
    labels: details.labels,
    consoleUrl: details.consoleUrl,
    usage: details.usage,
    cost: prices === undefined ? undefined : costOf(seen, prices, nowMs),
    startedByThisServer: own !== undefined,
    maxSpend: own?.maxSpend,
    endsAt: timeText(own?.endsAtMs),
    isKept: own?.isKept,
  });
}

function timeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
