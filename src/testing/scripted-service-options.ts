import type { Capabilities } from '../contract/capabilities.ts';
import type { Clock, Random } from '../contract/ports.ts';

/** How a scripted service behaves; everything but the clock has a default. */
export interface ScriptedServiceOptions {
  readonly clock: Clock;
  /** The scope of its sessions; `'scripted-scope'` by default. */
  readonly scope?: string;
  /** What differs from `SCRIPTED_CAPABILITIES`; the service behaves accordingly. */
  readonly capabilities?: Partial<Capabilities>;
  /** How long a session takes to become ready, milliseconds; 3000 by default. */
  readonly startMs?: number;
  /** How long a session takes to end, milliseconds; 2000 by default. */
  readonly terminateMs?: number;
  /** How long every answer takes, milliseconds; 0, without a timer, by default. */
  readonly latencyMs?: number;
  /** How long after its start reads do not find a session, milliseconds; 0 by default. */
  readonly invisibleMs?: number;
  /** Whether a busy session takes more work; `false` by default. */
  readonly takesWorkWhileBusy?: boolean;
  /** The source of ids and tokens. */
  readonly random?: Random;
}

/** The request of a listing. */
export interface ScriptedListInput {
  readonly states?: readonly string[];
  /** Epoch seconds. */
  readonly createdAfter?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly pageToken?: string;
  readonly maxResults: number;
}
