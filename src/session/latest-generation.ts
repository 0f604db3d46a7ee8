import type { Observation } from '../contract/observation.ts';
import type { Clock } from '../contract/ports.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { listObservations } from './listing.ts';
import { generationOf, keyPrefix } from './start-token.ts';

/** The scope that is searched. */
export interface SearchedPlace {
  readonly provider: SessionProvider;
  readonly clock: Clock;
}

/** The live session of the latest generation of a key above `after`; `undefined` when the list shows none. */
export async function findLatestGeneration(
  { provider, clock }: SearchedPlace,
  key: string,
  { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
): Promise<Observation | undefined> {
  let latest: Observation | undefined;
  let latestGeneration = after;
  for await (const seen of listObservations(provider, clock, { ...(signal && { signal }) })) {
    const token = seen.details.ownership?.token;
    if (token?.startsWith(keyPrefix(key)) !== true || generationOf(token) <= latestGeneration) continue;
    latest = seen;
    latestGeneration = generationOf(token);
  }
  return latest;
}
