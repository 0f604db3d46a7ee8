import type { Logger } from '../contract/ports.ts';
import type { Claim } from './holder-record.ts';
import type { Holders } from './holders.ts';
import type { FoundRecord, SweepClaim, SweepRecords, SweptRecord } from './sweep-records.ts';

/** The records of the holders on this host, as sweeps read them. */
export class HolderSweepRecords implements SweepRecords {
  readonly #holders: Holders;
  readonly #logger: Logger;
  readonly #claims = new WeakMap<SweptRecord, Claim>();
  #hasWarned = false;

  constructor(holders: Holders, logger: Logger) {
    this.#holders = holders;
    this.#logger = logger;
  }

  recordsOf(provider: string, scope: string): readonly FoundRecord[] {
    return this.#read().flatMap((claim) => {
      const { record } = claim;
      if (record === undefined) this.#warn({ file: claim.file }, 'a record of a session holder is damaged');
      if (record?.provider !== provider || record.scope !== scope) return [];
      this.#claims.set(record, claim);
      return [{ record, liveness: () => this.#holders.liveness(claim) }];
    });
  }

  async claimToSweep(record: SweptRecord): Promise<SweepClaim | undefined> {
    const claim = this.#claims.get(record);
    const found = claim?.record;
    const hold = claim && (await this.#holders.claimToSweep(claim));
    if (hold === undefined || found === undefined) return undefined;
    return {
      release: () => hold.release(),
      giveBack: (learned) => hold.giveBack(found, learned),
    };
  }

  uptimeMs(): number {
    return this.#holders.uptimeMs();
  }

  #read(): readonly Claim[] {
    try {
      return this.#holders.claims();
    } catch (error) {
      this.#warn({ error }, 'the records of session holders cannot be read');
      return [];
    }
  }

  #warn(fields: object, what: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#logger.warn(fields, `${what}: sweeps find sessions without a record by their lifetime only`);
  }
}
