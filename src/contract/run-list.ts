import type { RunSpec } from './batch-run.ts';

/** The runs of a start: checked, each id once, and readable as often as it takes to get them across. */
export interface RunList {
  readonly count: number;
  /** Their size as one JSON array in the service's spelling, bytes. */
  readonly sizeBytes: number;
  /** SHA-256 of that array, hexadecimal: the same runs in the same order have the same one. */
  readonly digest: string;
  /** The runs themselves, where they are few enough to go into the request. */
  readonly inline?: readonly RunSpec[];
  /** The array as bytes, from its beginning. */
  open(): AsyncIterable<Uint8Array>;
}

/** A run list that was put where the service can read it. */
export interface StagedRuns {
  /** Where it is. */
  readonly uri: string;
  /** Which version of it the service must find. */
  readonly eTag: string;
}
