import { MAX_LISTED } from './limits.ts';
import { ENVIRONMENT_INPUT, SESSION_SHAPE, summaryOf, type SessionSummary } from './session-summary.ts';
import type { Tool } from './tool.ts';

/** The tool that reports costs. */
export const USAGE_TOOL: Tool = {
  name: 'usage',
  title: 'Usage and cost',
  description: `Reports what the live sessions of an environment have used and cost, at most ${MAX_LISTED}, with a total by currency. A cost without a price is unknown, never 0.`,
  input: {
    type: 'object',
    properties: {
      ...ENVIRONMENT_INPUT,
      mine: { type: 'boolean', description: 'Only sessions of the owner in the configuration.' },
    },
    additionalProperties: false,
  },
  output: {
    sessions: { type: 'array', items: SESSION_SHAPE },
    total: {
      type: 'object',
      properties: {
        costs: { type: 'object', additionalProperties: { type: 'number' } },
        unknown: { type: 'integer', description: 'Sessions whose cost is unknown.' },
      },
      required: ['costs', 'unknown'],
    },
    isComplete: { type: 'boolean' },
  },
  always: ['sessions', 'total', 'isComplete'],
  changes: 'nothing',
  run: async ({ environments, started }, args: { environment?: string; mine?: boolean }, { signal, progress }) => {
    const { name: environment, sessions } = await environments.get(args.environment);
    const owner = args.mine === true ? sessions.owner : undefined;
    const listed: SessionSummary[] = [];
    const costs: Record<string, number> = {};
    let unknown = 0;
    let isComplete = true;
    for await (const { observation, cost } of sessions.costs({ owner, signal })) {
      if (listed.length === MAX_LISTED) {
        isComplete = false;
        break;
      }
      const own = started.find(environment, observation.handle.id);
      listed.push({ ...summaryOf(observation, { environment, prices: undefined, own }), cost });
      progress(`${listed.length} sessions`);
      if (cost.known) costs[cost.currency] = (costs[cost.currency] ?? 0) + cost.amount;
      else unknown += 1;
    }
    return { sessions: listed, total: { costs, unknown }, isComplete };
  },
};
