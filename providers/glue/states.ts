import type { SessionStatus } from '@aws-sdk/client-glue';
import { defineStates } from '../../src/provider-kit/states.ts';

/**
 * Every state that Glue's model names; a state that a new SDK adds breaks the build here. No state says that a session is busy.
 * TIMEOUT is the end by one of the two timeouts. STOPPING still has its workers: terminated, and not final.
 * @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-interactive-sessions.html (read 2026-11-29)
 */
export const GLUE_STATES = defineStates<SessionStatus>({
  PROVISIONING: { state: 'creating', final: false },
  READY: { state: 'ready', final: false },
  STOPPING: { state: 'terminated', final: false },
  STOPPED: { state: 'terminated', final: true },
  TIMEOUT: { state: 'terminated', final: true },
  FAILED: { state: 'failed', final: true },
});
