import type { Application } from '@aws-sdk/client-emr-serverless';
import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';
import type { ServiceCall } from '../../src/provider-kit/call-runner.ts';
import type { EmrServerlessClient } from './client.ts';

/** The poll interval of a starting application, milliseconds: a tenth of the rate that AWS publishes for the call. */
const POLL_INTERVAL_MS = 1_000;

/** The first release with sessions. @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html (read 2026-11-20) */
const FIRST_RELEASE = { major: 7, minor: 13 };

/** Why an application cannot have sessions; `undefined` when nothing in its description speaks against them. */
export function whyNoSessions(application: Application): SessionError | undefined {
  const { applicationId: id = '', type = '', releaseLabel = '', interactiveConfiguration: interactive } = application;
  const name = `application ${id}`;
  if (type.toUpperCase() !== 'SPARK') {
    return refusal(`${name} is of type ${type}, but sessions need type SPARK; set another \`applicationId\``);
  }
  if (isTooOld(releaseLabel)) {
    return refusal(`${name} runs ${releaseLabel}, but sessions need emr-7.13.0 or later; update the application`);
  }
  if (interactive?.sessionEnabled !== true) {
    return refusal(
      `sessions are not enabled for ${name}; stop it and set interactiveConfiguration.sessionEnabled to true`,
    );
  }
  return undefined;
}

/** Why an application accepts no session in its state; `undefined` when it does. */
export function whyNotStartable(application: Application): SessionError | undefined {
  const { applicationId: id = '', state = '', autoStartConfiguration: autoStart } = application;
  if (state === 'STARTED' || state === 'STARTING') return undefined;
  if (state === 'TERMINATED') return deletedError(id);
  if (state === 'STOPPING') return conflict(`application ${id} is STOPPING; try again when it is STOPPED`);
  if (autoStart?.enabled !== false) return undefined;
  return conflict(`application ${id} is ${state} and has no autostart; set \`startApplication: true\` or start it`);
}

/** An application and what starting it needs. */
export interface ApplicationParts {
  readonly client: EmrServerlessClient;
  readonly applicationId: string;
  readonly clock: Clock;
}

/**
 * Checks that the application can have sessions, starts it if it is stopped, and waits until it is STARTED or the signal aborts.
 * @throws SessionError `invalid-request` when it cannot have sessions, `conflict` when it is deleted.
 */
export async function startAndWait(
  { client, applicationId, clock }: ApplicationParts,
  call: ServiceCall,
): Promise<void> {
  for (;;) {
    const { application } = await client.send('GetApplication', { applicationId }, call);
    if (application === undefined) throw refusal('the answer of EMR Serverless has no application');
    const problem = whyNoSessions(application);
    if (problem !== undefined) throw problem;
    const { state } = application;
    if (state === 'STARTED') return;
    if (state === 'TERMINATED') throw deletedError(applicationId);
    if (state === 'CREATED' || state === 'STOPPED') await client.send('StartApplication', { applicationId }, call);
    await sleep(clock, POLL_INTERVAL_MS, call.signal);
  }
}

/** A label that is not an EMR release is left to the service. */
function isTooOld(releaseLabel: string): boolean {
  const [, major, minor] = /^emr-(\d+)\.(\d+)\./.exec(releaseLabel) ?? [];
  if (major === undefined || minor === undefined) return false;
  if (Number(major) !== FIRST_RELEASE.major) return Number(major) < FIRST_RELEASE.major;
  return Number(minor) < FIRST_RELEASE.minor;
}

function deletedError(id: string): SessionError {
  return conflict(`application ${id} is deleted; set another \`applicationId\``);
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'start', provider: 'emr-serverless' });
}

function conflict(message: string): SessionError {
  return new SessionError('conflict', message, { operation: 'start', provider: 'emr-serverless' });
}
