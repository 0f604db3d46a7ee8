import { BaseSession, type SessionBirth } from '../base-session.ts';
import type { AwsSessionOptions } from '../session-options.ts';
import type { World } from '../world.ts';

type AwsState = 'IDLE' | 'BUSY' | 'TERMINATING' | 'TERMINATED' | 'FAILED';

/** How the sessions of one AWS service work and end. */
export interface AwsSessionRules<State extends string> {
  /** States in which work makes it BUSY. */
  readonly restingStates: readonly State[];
  /** 0: no idle timeout. */
  readonly idleTimeoutMinutes: number;
  /** The reason shown with TERMINATING and TERMINATED. */
  readonly endReason?: string;
}

type Birth<State extends string> = Omit<SessionBirth<State | AwsState>, 'states' | 'retentionMs'> & {
  readonly states: Omit<SessionBirth<State | AwsState>['states'], 'ended'>;
};

const MINUTE_MS = 60_000;

/** A session of an AWS service: work, idle timeout, maximum lifetime, and the end through TERMINATING. */
export abstract class AwsSession<State extends string> extends BaseSession<State | AwsState> {
  readonly #rules: AwsSessionRules<State | AwsState>;
  readonly #terminatingMs: number;
  #endReason: string | undefined;

  constructor(
    { timeline }: World,
    config: Pick<AwsSessionOptions, 'maxLifetimeMs' | 'retentionMs'> & { readonly terminatingMs: number },
    birth: Birth<State> & AwsSessionRules<State | AwsState>,
  ) {
    const states = { ...birth.states, ended: ['TERMINATED', 'FAILED'] as const };
    super(timeline, { ...birth, states, retentionMs: config.retentionMs });
    this.#rules = birth;
    this.#terminatingMs = config.terminatingMs;
    this.#endReason = birth.endReason;
    if (config.maxLifetimeMs !== undefined) timeline.after(config.maxLifetimeMs, () => this.terminate());
  }

  /** Starts the end; no effect when it has begun. */
  terminate(reason = this.#endReason): void {
    if (!this.live || this.state === 'TERMINATING') return;
    this.#endReason = reason;
    this.enter('TERMINATING', reason);
  }

  setBusy(busy: boolean): void {
    if (busy && this.#rules.restingStates.includes(this.state)) this.enter('BUSY');
    else if (!busy && this.state === 'BUSY') this.enter('IDLE');
  }

  protected override onEnter(state: State | AwsState): void {
    const { idleTimeoutMinutes } = this.#rules;
    if (state === 'IDLE' && idleTimeoutMinutes > 0) {
      this.lifecycle.then(idleTimeoutMinutes * MINUTE_MS, () => this.terminate());
    }
    if (state === 'TERMINATING') {
      this.lifecycle.then(this.#terminatingMs, () => this.enter('TERMINATED', this.#endReason));
    }
  }
}
