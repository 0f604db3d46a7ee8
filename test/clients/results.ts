import { MATRIX, TRIALS, type MatrixRow, type Trial } from './matrix.ts';

/** How a trial ended. */
export interface Outcome {
  readonly outcome: 'passed' | 'failed' | 'not installed' | 'not applicable';
  /** Why it did not pass. */
  readonly reason?: string;
}

/** A row of the table, with what was seen. */
export interface RowResult extends Pick<MatrixRow, 'client' | 'cloud' | 'engine' | 'rows'> {
  /** The packages of the client, with their versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** How many streams were cut before the last row. */
  readonly streamsCut: number | undefined;
  readonly trials: Readonly<Record<Trial, Outcome>>;
}

/** What a run of all clients leaves behind. */
export interface Results {
  /** The day, as YYYY-MM-DD. */
  readonly date: string;
  readonly results: readonly RowResult[];
}

/** The newer results, and the earlier ones of other rows, in the order of the matrix. */
export function merged(earlier: readonly RowResult[], newer: readonly RowResult[]): readonly RowResult[] {
  return MATRIX.flatMap(({ client, cloud }) => {
    const found = [...newer, ...earlier].find((result) => result.client === client && result.cloud === cloud);
    return found === undefined ? [] : [found];
  });
}

/** The trials of a row. A trial that never ends stays a failure. */
export class RowRecord {
  readonly #row: MatrixRow;
  readonly #versions: Readonly<Record<string, string>>;
  readonly #trials: Record<Trial, Outcome>;
  streamsCut: number | undefined;

  constructor(row: MatrixRow, versions: Readonly<Record<string, string>> | undefined) {
    this.#row = row;
    this.#versions = versions ?? {};
    const before: Outcome =
      versions === undefined ? { outcome: 'not installed' } : { outcome: 'failed', reason: 'did not end' };
    this.#trials = Object.fromEntries(TRIALS.map((trial) => [trial, before])) as Record<Trial, Outcome>;
    for (const [trial, reason] of Object.entries(row.exempt ?? {})) {
      if (versions !== undefined) this.#trials[trial as Trial] = { outcome: 'not applicable', reason };
    }
  }

  /** Makes a trial, and notes how it ends. @throws what the trial throws. */
  async try(trial: Trial, run: () => Promise<void>): Promise<void> {
    try {
      await run();
      this.#trials[trial] = { outcome: 'passed' };
    } catch (error) {
      const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
      this.#trials[trial] = { outcome: 'failed', reason };
      throw error;
    }
  }

  result(): RowResult {
    const { client, cloud, engine, rows } = this.#row;
    return { client, versions: this.#versions, cloud, engine, rows, streamsCut: this.streamsCut, trials: this.#trials };
  }
}
