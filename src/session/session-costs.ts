import type { Observation } from '../contract/observation.ts';
import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import type { Prices } from '../contract/usage.ts';
import { ageOf, costOf, type Cost } from '../cost/cost.ts';
import { callContext } from './call-context.ts';
import { listObservations, type ListOptions } from './listing.ts';

/** A session with its cost. */
export interface SessionCost {
  readonly observation: Observation;
  /** How long it has lived, milliseconds; absent when its service reports no time. */
  readonly ageMs?: number;
  readonly cost: Cost;
}

/** Most sessions that one report describes, so that it ends within minutes: usage of more is unknown. */
export const MAX_DESCRIBED = 500;
/** How many sessions are described at the same time; the rate budget spaces the calls. */
const PARALLEL = 8;

/** What a report needs. */
export interface SessionCostsParts {
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly prices?: Prices | undefined;
}

/**
 * Lists sessions as {@link listObservations} does, each with its cost. An entry without the usage, or without the labels to filter by,
 * is described.
 */
export async function* sessionCosts(
  parts: SessionCostsParts,
  options: ListOptions,
): AsyncGenerator<SessionCost, void, undefined> {
  const { provider, clock } = parts;
  const { labels, ...others } = options;
  const listsLabels = provider.capabilities.listFilters.includes('labels');
  const listed = listObservations(provider, clock, { ...others, ...(listsLabels && { labels }) });
  let described = 0;
  for await (const chunk of chunks(listed)) {
    const entries = await Promise.all(
      chunk.map(async (seen): Promise<SessionCost> => {
        if (!needsDescribe(seen, provider) && (labels === undefined || listsLabels)) return withCost(parts, seen);
        if (++described > MAX_DESCRIBED) return withCost(parts, seen, `more than ${MAX_DESCRIBED} sessions are listed`);
        return describeCost(parts, seen, options.signal);
      }),
    );
    yield* entries.filter(({ observation }) => listsLabels || hasLabels(observation, labels, provider.id));
  }
}

function needsDescribe({ details }: Observation, { capabilities }: SessionProvider): boolean {
  return capabilities.usageUnits.length > 0 && details.usage === undefined;
}

async function describeCost(
  parts: SessionCostsParts,
  seen: Observation,
  signal: AbortSignal | undefined,
): Promise<SessionCost> {
  try {
    return withCost(parts, await parts.provider.describe(seen.handle, callContext(parts.clock, { signal })));
  } catch (error) {
    if (!SessionError.is(error) || signal?.aborted === true) throw error;
    return withCost(parts, seen, `describing the session failed (${error.kind})`);
  }
}

function withCost({ clock, prices }: SessionCostsParts, seen: Observation, unread?: string): SessionCost {
  const nowMs = clock.nowMs();
  const ageMs = ageOf(seen, nowMs);
  const cost = costOf(seen, prices, nowMs);
  return {
    observation: seen,
    ...(ageMs !== undefined && { ageMs }),
    cost: unread === undefined || cost.known ? cost : { known: false, why: unread },
  };
}

/** @throws SessionError `unsupported` where not even a description shows labels: no session would match. */
function hasLabels({ details }: Observation, labels: ListOptions['labels'], provider: string): boolean {
  if (labels === undefined) return true;
  if (details.labels === undefined) {
    const message = `${provider} does not show the labels of its sessions`;
    throw new SessionError('unsupported', message, { operation: 'costs', provider, advice: 'Filter by `owner`.' });
  }
  return Object.entries(labels).every(([name, value]) => details.labels?.[name] === value);
}

async function* chunks(all: AsyncIterable<Observation>): AsyncGenerator<readonly Observation[], void, undefined> {
  let chunk: Observation[] = [];
  for await (const seen of all) {
    chunk.push(seen);
    if (chunk.length < PARALLEL) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
