import type { Prices } from '../contract/usage.ts';
import { SessionError } from '../contract/session-error.ts';
import { closestName } from '../provider-kit/closest-name.ts';
import type { Sessions } from '../session/sessions.ts';
import { USAGE_UNITS } from '../contract/usage.ts';

/** Where the environments come from. */
export interface EnvironmentSource {
  readonly names: readonly string[];
  /** The one of calls that name none; `undefined` when nothing selects one. */
  readonly defaultName: string | undefined;
  readonly open: (name: string) => Promise<Sessions>;
}

/** An environment that is open. */
export interface AgentEnvironment {
  readonly name: string;
  readonly sessions: Sessions;
  /** Whether its sessions cost money. Those that live in this process do not, unless the configuration has prices. */
  readonly isBilled: boolean;
}

/** The environments that tools may use, each opened when it is used first. */
export class AgentEnvironments {
  readonly names: readonly string[];
  readonly defaultName: string | undefined;
  readonly #open: EnvironmentSource['open'];
  readonly #opened = new Map<string, Promise<AgentEnvironment>>();
  #isClosed = false;

  constructor({ names, defaultName, open }: EnvironmentSource) {
    this.names = names;
    this.defaultName = defaultName;
    this.#open = open;
  }

  /** @throws SessionError `invalid-request`, `not-found`, and the problems of the configuration; then the next call tries again. */
  async get(name: string | undefined = this.defaultName): Promise<AgentEnvironment> {
    if (this.#isClosed) throw new SessionError('aborted', 'The server is ending', { operation: 'open' });
    const known = `Environments: ${this.names.join(', ')}`;
    if (name === undefined) {
      const message = `No environment is the default. Pass \`environment\`. ${known}`;
      throw new SessionError('invalid-request', message, { operation: 'open' });
    }
    if (!this.names.includes(name)) {
      const closest = closestName(name, [...this.names]);
      const hint = closest === undefined ? '' : `; did you mean ${closest}?`;
      const message = `There is no environment ${JSON.stringify(name)}${hint}`;
      throw new SessionError('not-found', message, { operation: 'open', advice: known });
    }
    const opening = this.#opened.get(name) ?? this.#openNow(name);
    this.#opened.set(name, opening);
    return opening;
  }

  /** Ends the sessions that were started here. @throws AggregateError of what could not be ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const failures: unknown[] = [];
    for (const opening of this.#opened.values()) {
      const environment = await opening.catch(() => undefined);
      await environment?.sessions.close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures);
  }

  async #openNow(name: string): Promise<AgentEnvironment> {
    try {
      const sessions = await this.#open(name);
      const { outlivesProcess, usageUnits } = sessions.provider.capabilities;
      const isBilled = outlivesProcess || usageUnits.length > 0 || sessions.prices !== undefined;
      return { name, sessions, isBilled };
    } catch (error) {
      this.#opened.delete(name);
      throw error;
    }
  }
}

/** What an hour of each resource costs, for people: `0.35 USD per DPU h`. */
export function priceList(prices: Prices): string {
  const units = Object.values(USAGE_UNITS).flatMap(({ price, label }) => {
    const amount = prices[price];
    return amount === undefined ? [] : [`${amount} ${prices.currency} per ${label}`];
  });
  const hour =
    prices.sessionHour === undefined ? [] : [`${prices.sessionHour} ${prices.currency} per hour of a session`];
  return [...units, ...hour].join(', ');
}
