import type { Ownership } from '../contract/ownership.ts';
import { isStartToken, parseLifetime } from '../contract/ownership.ts';

/** The label of the owner. The token needs none: it is the session's id. */
export const OWNER_LABEL = 'anysession-owner';
/** The label of the lifetime, in milliseconds. */
export const LIFETIME_LABEL = 'anysession-lifetime-ms';

/** The labels of an ownership. */
export function toOwnershipLabels({ owner, lifetimeMs }: Ownership): Readonly<Record<string, string>> {
  return { [OWNER_LABEL]: owner, ...(lifetimeMs !== undefined && { [LIFETIME_LABEL]: String(lifetimeMs) }) };
}

/** The ownership of a session; `undefined` if anysession did not start it. */
export function ownershipOf(
  id: string,
  labels: Readonly<Record<string, string>> | null | undefined,
): Ownership | undefined {
  const owner = labels?.[OWNER_LABEL];
  if (owner === undefined || owner === '' || !isStartToken(id)) return undefined;
  const lifetimeMs = parseLifetime(labels?.[LIFETIME_LABEL]);
  return { owner, token: id, ...(lifetimeMs !== undefined && { lifetimeMs }) };
}
