import type { SessionState as NativeState } from '@aws-sdk/client-athena';
import { defineStates, type StateFacts } from '../../src/provider-kit/states.ts';
import type { AthenaEngine } from './options.ts';

/**
 * Every state that Athena's model names; a state that a new SDK adds breaks the build here.
 * CREATED accepts no calculation; on Spark 3.5 it accepts clients once it has an endpoint, which only GetSessionEndpoint reports.
 * Decision 14: docs/decisions/0014-athena-created-is-ready-with-an-endpoint.md
 * DEGRADED keeps its DPUs until it is terminated: failed, and not final.
 * TERMINATING still has its DPUs: terminated, and not final.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_SessionStatus.html (read 2026-11-20)
 */
export const ATHENA_STATES = defineStates<NativeState>({
  CREATING: { state: 'creating', final: false },
  CREATED: { state: 'creating', final: false },
  IDLE: { state: 'ready', final: false },
  BUSY: { state: 'busy', final: false },
  DEGRADED: { state: 'failed', final: false },
  TERMINATING: { state: 'terminated', final: false },
  TERMINATED: { state: 'terminated', final: true },
  FAILED: { state: 'failed', final: true },
});

/**
 * What a native state means; `undefined` for an unknown one.
 * A busy session on Spark 3.5 accepts more work over its connection; on PySpark 3 it runs one calculation at a time.
 */
export function toStateFacts(native: string, engine: AthenaEngine | undefined): StateFacts | undefined {
  const facts = ATHENA_STATES.facts(native);
  return facts?.state === 'busy' ? { ...facts, acceptsWork: engine === 'spark-3.5' } : facts;
}
