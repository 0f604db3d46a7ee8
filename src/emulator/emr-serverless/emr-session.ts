import { BaseSession } from '../base-session.ts';
import type { ValueOf } from '../shapes.ts';
import type { World } from '../world.ts';
import type { EmrApplication } from './emr-application.ts';
import type { EmrServerlessConfig } from './emr-serverless-options.ts';
import { SESSION_STATES, type START_SESSION } from './emr-serverless-shapes.ts';

/** One of EMR Serverless' session states. */
export type EmrState = (typeof SESSION_STATES)[number];

/** The request a session was started with. */
export type EmrStart = ValueOf<typeof START_SESSION>;

/** What a session is made of. */
interface EmrSessionParts {
  readonly application: EmrApplication;
  readonly request: EmrStart;
  readonly vcpus: number;
}

/** What `stateDetails` says in each state; the service never leaves it empty. */
const DETAILS: Readonly<Record<EmrState, string>> = {
  SUBMITTED: 'Session is submitted.',
  STARTING: 'Session is starting.',
  STARTED: 'Session is started.',
  IDLE: 'Session is running.',
  BUSY: 'Session is running.',
  FAILED: 'Session failed.',
  TERMINATING: 'Session is terminating.',
  TERMINATED: 'Session is terminated.',
};

const MINUTE_MS = 60_000;

/** One EMR Serverless session: SUBMITTED, STARTING, IDLE and BUSY in turn, TERMINATING, TERMINATED; or FAILED when made to. */
export class EmrSession extends BaseSession<EmrState> {
  readonly application: EmrApplication;
  readonly request: EmrStart;
  /** What it takes from the account's vCPU quota until it has ended. */
  readonly vcpus: number;
  /** The release the application had when the session was started. */
  readonly releaseLabel: string;
  readonly arn: string;
  readonly idleTimeoutMinutes: number;
  readonly #config: EmrServerlessConfig;
  readonly #release: () => void;

  constructor(world: World, config: EmrServerlessConfig, { application, request, vcpus }: EmrSessionParts) {
    super(world.timeline, {
      service: 'emr-serverless',
      scope: application.id,
      id: `00${world.random.hex(14)}`,
      token: request.clientToken,
      states: {
        all: SESSION_STATES,
        first: 'SUBMITTED',
        ended: ['TERMINATED', 'FAILED'],
        working: ['STARTED', 'IDLE', 'BUSY'],
      },
      reason: DETAILS.SUBMITTED,
      retentionMs: config.retentionMs,
    });
    this.application = application;
    this.request = request;
    this.vcpus = vcpus;
    this.releaseLabel = application.settings.releaseLabel;
    this.arn = `${application.arn}/sessions/${this.id}`;
    this.idleTimeoutMinutes = request.idleTimeoutMinutes ?? config.idleTimeoutMinutes;
    this.#config = config;
    this.#release = application.hold();
    application.start();
    application.whenStarted(() => {
      if (this.state !== 'SUBMITTED') return;
      this.enter('STARTING');
      this.lifecycle.then(world.startupMs, () => {
        this.enter(config.startedMs === 0 ? 'IDLE' : 'STARTED');
      });
    });
    this.timeline.after(config.maxLifetimeMs, () => {
      this.terminate();
    });
  }

  /** When it took work for the first time. */
  get readyAtMs(): number | undefined {
    return this.lifecycle.firstTimeIn(['STARTED', 'IDLE']);
  }

  /** Asks for the end; nothing happens when it is near or past already. */
  terminate(): void {
    if (this.live && this.state !== 'TERMINATING') this.enter('TERMINATING');
  }

  setBusy(busy: boolean): void {
    if (busy && (this.state === 'IDLE' || this.state === 'STARTED')) this.enter('BUSY');
    else if (!busy && this.state === 'BUSY') this.enter('IDLE');
  }

  protected override enter(state: EmrState, reason?: string): void {
    super.enter(state, reason ?? DETAILS[state]);
  }

  protected override onEnter(state: EmrState): void {
    if (state === 'STARTED') {
      this.lifecycle.then(this.#config.startedMs, () => {
        this.enter('IDLE');
      });
    }
    if (state === 'IDLE') this.#planIdleTimeout();
    if (state === 'TERMINATING') {
      this.lifecycle.then(this.#config.terminatingMs, () => {
        this.enter('TERMINATED');
      });
    }
  }

  protected override onEnd(): void {
    this.#release();
  }

  #planIdleTimeout(): void {
    const zero = this.idleTimeoutMinutes === 0;
    if (zero && this.#config.zeroIdleTimeout === 'never') return;
    const minutes = zero ? this.#config.idleTimeoutMinutes : this.idleTimeoutMinutes;
    this.lifecycle.then(minutes * MINUTE_MS, () => {
      this.terminate();
    });
  }
}
