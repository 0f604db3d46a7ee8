import {
  LIST_FILTER_FIELDS,
  lifetimeRange,
  type Capabilities,
  type CapabilityFlag,
  type DurationRange,
} from '../../contract/capabilities.ts';
import { OPERATIONS } from '../../contract/operations.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { ListFilter } from '../../contract/session-provider.ts';
import type { StartRequest } from '../../contract/start-request.ts';
import type { Invocation, Layer } from './layer.ts';

/** Finds the ids of the providers that have a capability, for the advice in an error. */
export type ProvidersWith = (has: (capabilities: Capabilities) => boolean) => Promise<readonly string[]>;

/** Refuses, before any I/O, what the provider's capabilities say it cannot do (C-101). */
export function capabilityCheckLayer(providersWith: ProvidersWith): Layer {
  const check = async ({ operation, provider, request, filter }: Invocation): Promise<void> => {
    const { id, capabilities } = provider;
    const { capability } = OPERATIONS[operation];
    if (capability !== undefined && !capabilities[capability]) {
      throw await unsupported(capability, id, operation, providersWith);
    }
    if (request !== undefined) await checkStart(request, id, capabilities, providersWith);
    if (filter !== undefined) await checkFilter(filter, id, capabilities, providersWith);
  };
  return (invocation, call, next) => {
    const { operation, request, filter } = invocation;
    // What nothing could be unsupported about passes without a promise in between.
    const isChecked = OPERATIONS[operation].capability !== undefined || request !== undefined || filter !== undefined;
    return isChecked ? check(invocation).then(() => next(call)) : next(call);
  };
}

/** The error of a call that a provider cannot do; names the providers that can. */
export function unsupported(
  flag: CapabilityFlag,
  providerId: string,
  operation: string,
  providersWith: ProvidersWith,
): Promise<SessionError> {
  // Where Spark Connect is spoken, SQL runs over it.
  const has = (capabilities: Capabilities): boolean =>
    capabilities[flag] || (flag === 'sql' && capabilities.sparkConnect);
  return refusal(`'${flag}'`, providerId, operation, providersWith, has);
}

async function refusal(
  what: string,
  providerId: string,
  operation: string,
  providersWith: ProvidersWith,
  has: (capabilities: Capabilities) => boolean,
): Promise<SessionError> {
  const holders = (await providersWith(has)).filter((id) => id !== providerId);
  const advice = holders.length > 0 ? `providers that have it: ${holders.join(', ')}` : 'no built-in provider has it';
  return new SessionError('unsupported', `provider '${providerId}' has no ${what}; ${advice}`, {
    operation,
    provider: providerId,
  });
}

async function checkStart(
  request: StartRequest,
  providerId: string,
  capabilities: Capabilities,
  providersWith: ProvidersWith,
): Promise<void> {
  checkRange('idleTimeoutMs', request.idleTimeoutMs, capabilities.idleTimeoutMs, providerId);
  if (request.maxLifetimeMs !== undefined) {
    const range = lifetimeRange(capabilities);
    if (range === false) {
      throw await refusal("'maxLifetimeMs'", providerId, 'start', providersWith, (c) => lifetimeRange(c) !== false);
    }
    checkRange('maxLifetimeMs', request.maxLifetimeMs, range, providerId);
  }
  if (Object.keys(request.labels).length > 0 && !capabilities.labels)
    throw await unsupported('labels', providerId, 'start', providersWith);
  if (request.size !== undefined && !capabilities.size)
    throw await unsupported('size', providerId, 'start', providersWith);
  if (request.sparkConf !== undefined && !capabilities.sparkConf)
    throw await unsupported('sparkConf', providerId, 'start', providersWith);
}

function checkRange(
  option: string,
  value: number,
  range: Pick<DurationRange, 'min' | 'max'>,
  providerId: string,
): void {
  if (value >= range.min && value <= range.max) return;
  throw new SessionError(
    'invalid-request',
    `${option} is ${value} ms and provider '${providerId}' takes ${range.min} to ${range.max} ms`,
    { operation: 'start', provider: providerId },
  );
}

async function checkFilter(
  filter: ListFilter,
  providerId: string,
  capabilities: Capabilities,
  providersWith: ProvidersWith,
): Promise<void> {
  for (const field of LIST_FILTER_FIELDS) {
    if (filter[field] === undefined || capabilities.listFilters.includes(field)) continue;
    throw await refusal(`list filter '${field}'`, providerId, 'listPage', providersWith, (c) =>
      c.listFilters.includes(field),
    );
  }
}
