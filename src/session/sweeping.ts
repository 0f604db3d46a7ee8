import { join } from 'node:path';
import type { Clock, Logger, Metrics, Random } from '../contract/ports.ts';
import type { SessionProvider } from '../contract/session-provider.ts';
import { AuditLog } from '../ownership/audit-log.ts';
import { stateFolder } from '../ownership/state-folder.ts';
import type { SweepReport } from '../ownership/sweep-decision.ts';
import { HolderSweepRecords } from '../ownership/holder-sweep-records.ts';
import { Holders, type HoldersParts } from '../ownership/holders.ts';
import { Sweeper } from '../ownership/sweeper.ts';
import { assertOptions, flag, signal, type Checks } from './option-checks.ts';
import { sweepCalls } from './sweep-calls.ts';
import { silentMetrics } from './system-ports.ts';

/** Options of a sweep. */
export interface SweepOptions {
  /** Only report what would be ended. Default: false. */
  readonly dryRun?: boolean | undefined;
  /** Stops the sweep; sessions that it has not ended by then are left to the next one. */
  readonly signal?: AbortSignal | undefined;
}

const CHECKS: Checks<SweepOptions> = { dryRun: flag, signal };

/** The first start of a program is sent before its sweep, which waits this long, milliseconds. */
const OPEN_DELAY_MS = 1_000;

/** What sweeping needs. */
export interface SweepingParts {
  readonly environment: string;
  readonly owner: string;
  readonly provider: SessionProvider;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  readonly random: Random;
  /** Who holds what on this host; by default a sweep reads the records itself. */
  readonly holders?: Holders | undefined;
}

/** The sweeps of one `Sessions`. */
export class Sweeping {
  readonly #parts: SweepingParts;
  readonly #stop = new AbortController();
  #sweeper: Sweeper | undefined;
  #ownHolders: Holders | undefined;
  #onOpen: Promise<void> | undefined;
  #cancelOnOpen = (): void => {};

  constructor(parts: SweepingParts) {
    this.#parts = parts;
  }

  async sweep(options: SweepOptions): Promise<SweepReport> {
    assertOptions('sweep', options, CHECKS);
    const { dryRun = false, signal = this.#stop.signal } = options;
    const { environment, provider } = this.#parts;
    // Sessions that end with their process leave nothing to sweep.
    if (!provider.capabilities.outlivesProcess)
      return { environment, provider: provider.id, scope: provider.scope, dryRun, decisions: [] };
    const report = await this.#own().sweep({ dryRun, signal });
    if (!dryRun) await this.#tidy();
    return report;
  }

  async #tidy(): Promise<void> {
    try {
      await (this.#parts.holders ?? this.#ownHolders)?.tidy();
    } catch {
      // The code that reads or writes the folder reports that it cannot be used.
    }
  }

  /** Ends in the background what earlier processes of this host have left, except sessions with a key. */
  onOpen(): void {
    const { clock, provider, logger } = this.#parts;
    if (!provider.capabilities.outlivesProcess) return;
    const run = async (): Promise<void> => {
      try {
        await this.#own().sweep({ dryRun: false, signal: this.#stop.signal, onlyUnkeyed: true });
        await this.#tidy();
      } catch (error) {
        if (!this.#stop.signal.aborted)
          logger.warn({ error }, 'the sweep on open failed; `anysession sweep` ends what it has left');
      }
    };
    this.#cancelOnOpen = clock.schedule(OPEN_DELAY_MS, () => void (this.#onOpen = run()), 'background');
  }

  /** Stops the sweep in the background; a record that it has claimed goes back. */
  async close(): Promise<void> {
    this.#cancelOnOpen();
    this.#stop.abort();
    await this.#onOpen;
    this.#ownHolders?.close();
  }

  #openHolders(parts: HoldersParts): Holders {
    return (this.#ownHolders = new Holders(parts));
  }

  #own(): Sweeper {
    if (this.#sweeper !== undefined) return this.#sweeper;
    const { provider, clock, random, logger, metrics = silentMetrics } = this.#parts;
    const folder = stateFolder();
    const holders =
      this.#parts.holders ?? this.#openHolders({ folder: join(folder, 'holders'), clock, random, logger });
    this.#sweeper = new Sweeper({
      ...this.#parts,
      metrics,
      calls: sweepCalls(provider, clock),
      records: new HolderSweepRecords(holders, logger),
      audit: new AuditLog({ folder, logger }),
    });
    return this.#sweeper;
  }
}
