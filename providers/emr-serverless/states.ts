import type { SessionState as NativeState } from '@aws-sdk/client-emr-serverless';
import { defineStates } from '../../src/provider-kit/states.ts';

/**
 * Every state that the model of EMR Serverless names; a state that a new SDK adds breaks the build here.
 * Clients may connect in STARTED and in IDLE, and nobody may wait for STARTED: sessions were seen to skip it.
 * A busy session takes more work over its connection. TERMINATING never comes back, and is still billed: not final.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html (read 2026-11-20)
 */
export const EMR_SERVERLESS_STATES = defineStates<NativeState>({
  SUBMITTED: { state: 'creating', final: false },
  STARTING: { state: 'creating', final: false },
  STARTED: { state: 'ready', final: false },
  IDLE: { state: 'ready', final: false },
  BUSY: { state: 'busy', final: false, acceptsWork: true },
  TERMINATING: { state: 'terminated', final: false },
  TERMINATED: { state: 'terminated', final: true },
  FAILED: { state: 'failed', final: true },
});
