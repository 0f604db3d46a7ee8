import { SessionError } from '../../src/contract/session-error.ts';
import type { ListFilter } from '../../src/contract/session-provider.ts';
import { SESSION_STATES } from '../../src/contract/session-state.ts';
import { labelProblem } from './start-input.ts';
import { liveNativeStates } from './states.ts';

/**
 * Formats a filter in Google's filter language; `undefined` if no live session can match. Alternatives are in parentheses, because
 * OR binds tighter than AND there, and most readers expect the opposite.
 * @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions/list (read 2026-11-20)
 * @see https://google.aip.dev/160 (read 2026-11-21)
 * @throws SessionError `invalid-request` for an invalid label: its key would become part of the filter.
 */
export function toNativeFilter({ states, createdAfterMs, labels = {} }: ListFilter): string | undefined {
  const native = liveNativeStates(states ?? SESSION_STATES);
  if (native.length === 0) return undefined;
  return [
    `(${native.map((state) => `state = ${state}`).join(' OR ')})`,
    // "Later than" excludes the millisecond itself: ask for one earlier; the provider drops what is too early.
    ...(createdAfterMs === undefined ? [] : [`create_time > ${quote(new Date(createdAfterMs - 1).toISOString())}`]),
    ...Object.entries(labels).map(([key, value]) => labelTest(key, value)),
  ].join(' AND ');
}

function labelTest(key: string, value: string): string {
  const problem = labelProblem(key, value);
  if (problem !== undefined) {
    throw new SessionError('invalid-request', problem, { operation: 'listPage', provider: 'dataproc' });
  }
  return `labels.${key} = ${quote(value)}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
