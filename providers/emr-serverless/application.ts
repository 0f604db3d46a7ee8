import type { Application } from '@aws-sdk/client-emr-serverless';
import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { sleep } from '../../src/provider-kit/sleep.ts';
import type { EmrServerlessCalls } from './client.ts';

/** How often a starting application is looked at, milliseconds: a tenth of the rate that AWS publishes for the call. */
const LOOK_EVERY_MS = 1_000;

/** The first release with sessions. @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-sessions.html (read 2026-11-20) */
const FIRST_RELEASE = { major: 7, minor: 13 };

/** Why an application cannot have sessions; `undefined` when it can, as far as it tells. */
export function whyNoSessions(application: Application): SessionError | undefined {
  const { applicationId: id = '', type = '', releaseLabel = '', interactiveConfiguration: interactive } = application;
  const name = `application ${id}`;
  if (type.toUpperCase() !== 'SPARK') {
    return refusal(`${name} is of type ${type}, and sessions need one of type SPARK; set another \`applicationId\``);
  }
  if (isTooOld(releaseLabel)) {
    return refusal(`${name} runs ${releaseLabel}, and sessions need emr-7.13.0 or later; update the application`);
  }
  if (interactive?.sessionEnabled !== true) {
    return refusal(
      `sessions are not enabled for ${name}; stop it and set interactiveConfiguration.sessionEnabled to true`,
    );
  }
  return undefined;
}

/** Why an application takes no session in the state it is in; `undefined` when it does. */
export function whyNotStartable(application: Application): SessionError | undefined {
  const { applicationId: id = '', state = '', autoStartConfiguration: autoStart } = application;
  if (state === 'STARTED' || state === 'STARTING') return undefined;
  if (state === 'TERMINATED') return deletedError(id);
  if (state === 'STOPPING') return conflict(`application ${id} is STOPPING; try again when it is STOPPED`);
  if (autoStart?.enabled !== false) return undefined;
  return conflict(
    `application ${id} is ${state} and does not start by itself; set \`startApplication: true\` or start it`,
  );
}

/** What driving an application needs. */
export interface ApplicationPorts {
  readonly calls: Pick<EmrServerlessCalls, 'getApplication' | 'startApplication'>;
  readonly clock: Clock;
}

/**
 * Checks that the application can have sessions, starts it where it is at rest, and waits until it is STARTED or the signal aborts.
 * @throws SessionError `invalid-request` when it can have none, `conflict` when it is deleted.
 */
export async function startAndWait({ calls, clock }: ApplicationPorts, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { application } = await calls.getApplication(signal);
    if (application === undefined) throw refusal("the service's answer names no application");
    const problem = whyNoSessions(application);
    if (problem !== undefined) throw problem;
    const { state } = application;
    if (state === 'STARTED') return;
    if (state === 'TERMINATED') throw deletedError(application.applicationId ?? '');
    if (state === 'CREATED' || state === 'STOPPED') await calls.startApplication(signal);
    await sleep(clock, LOOK_EVERY_MS, signal);
  }
}

/** What does not look like a release of EMR is left to the service. */
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
