import { BaseSession, type SessionBirth } from '../base-session.ts';
import type { Timeline } from '../timeline.ts';

/** The states that sessions of every AWS service have. */
type AwsState = 'IDLE' | 'BUSY' | 'TERMINATING' | 'TERMINATED' | 'FAILED';

/** How the sessions of one AWS service work and end. */
export interface AwsSessionRules<State extends string> {
  /** States in which work makes it BUSY. */
  readonly restingStates: readonly State[];
  /** Undefined: no idle timeout. */
  readonly idleTimeoutMs: number | undefined;
  readonly terminatingMs: number;
  /** Undefined: no limit. */
  readonly maxLifetimeMs: number | undefined;
  /** The reason shown with TERMINATING and TERMINATED. */
  readonly endReason?: string;
}

/** A session of an AWS service: work, idle timeout, maximum lifetime, and the end through TERMINATING. */
export abstract class AwsSession<State extends string> extends BaseSession<State | AwsState> {
  readonly #rules: AwsSessionRules<State | AwsState>;

  constructor(timeline: Timeline, birth: SessionBirth<State | AwsState>, rules: AwsSessionRules<State | AwsState>) {
    super(timeline, birth);
    this.#rules = rules;
    if (rules.maxLifetimeMs !== undefined) timeline.after(rules.maxLifetimeMs, () => this.terminate());
  }

  /** Starts the end; no effect when it has begun. */
  terminate(): void {
    if (this.live && this.state !== 'TERMINATING') this.enter('TERMINATING', this.#rules.endReason);
  }

  setBusy(busy: boolean): void {
    if (busy && this.#rules.restingStates.includes(this.state)) this.enter('BUSY');
    else if (!busy && this.state === 'BUSY') this.enter('IDLE');
  }

  protected override onEnter(state: State | AwsState): void {
    const { idleTimeoutMs, terminatingMs, endReason } = this.#rules;
    if (state === 'IDLE' && idleTimeoutMs !== undefined) this.lifecycle.then(idleTimeoutMs, () => this.terminate());
    if (state === 'TERMINATING') this.lifecycle.then(terminatingMs, () => this.enter('TERMINATED', endReason));
  }
}
