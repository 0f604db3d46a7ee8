/**
 * The states of sessions of EMR Serverless and of EMR on EC2: each provider checks them against the type of its SDK.
 * Clients may connect in IDLE, and in STARTED on EMR Serverless. Nobody may wait for STARTED: sessions were seen to skip it.
 * A busy session takes more work over its connection. TERMINATING never comes back, and still holds resources: not final.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html (read 2026-11-20)
 * @see https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-spark-connect-sessions.html (read 2026-11-30)
 */
export const EMR_STATES = {
  SUBMITTED: { state: 'creating', final: false },
  STARTING: { state: 'creating', final: false },
  STARTED: { state: 'ready', final: false },
  IDLE: { state: 'ready', final: false },
  BUSY: { state: 'busy', final: false, acceptsWork: true },
  TERMINATING: { state: 'terminated', final: false },
  TERMINATED: { state: 'terminated', final: true },
  FAILED: { state: 'failed', final: true },
} as const;
