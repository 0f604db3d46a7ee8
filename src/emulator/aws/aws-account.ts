import type { BaseSession } from '../base-session.ts';
import { PageBook, type PageRules } from '../page-book.ts';
import type { Call, ServiceError } from '../service.ts';
import type { AwsSessionOptions, WithDefaults } from '../session-options.ts';
import type { Phase } from '../timeline.ts';
import { TokenBook, type TokenRules } from '../token-book.ts';
import type { World } from '../world.ts';

interface AwsAccountRules {
  readonly tagLimit: number;
  /** The ARN of a scope or of a session in it: region, account, scope and session id. */
  readonly arn: RegExp;
  /** The error for an ARN of another account or region. */
  readonly foreignArn: () => ServiceError;
  readonly invalid: (message: string) => ServiceError;
  readonly unknownSession: (id: string) => ServiceError;
  readonly tokens: Omit<TokenRules, 'lifetimeMs'>;
  readonly pages: PageRules;
}

type Config = WithDefaults<
  AwsSessionOptions,
  'idleTimeoutMinutes' | 'maxLifetimeMs' | 'retentionMs' | 'tokenLifetimeMs'
>;

/** The state of one account in one region of an AWS service with sessions. */
export abstract class AwsAccount<State extends string, Session extends BaseSession<State>, C extends Config> {
  readonly world: World;
  readonly config: C;
  readonly tokens: TokenBook;
  readonly pages: PageBook;
  readonly tags: TagBook;
  readonly #rules: AwsAccountRules;
  readonly #sessions = new Map<string, Session>();
  /** Every session that was ever started: one id may name several, one after the other. */
  readonly #started: Session[] = [];

  constructor(world: World, config: C, rules: AwsAccountRules) {
    this.world = world;
    this.config = config;
    this.#rules = rules;
    this.tokens = new TokenBook(world.timeline, { ...rules.tokens, lifetimeMs: config.tokenLifetimeMs });
    this.pages = new PageBook(world.random, rules.pages);
    this.tags = new TagBook(rules.tagLimit, rules.invalid);
  }

  sessions(): readonly Session[] {
    return this.#started;
  }

  /** Starts a session once per token; `start` gives the session and the answer. */
  startOnce(call: Call, request: object, start: () => readonly [Session, object], scope?: string): object {
    const run = (): readonly [Session, object] => {
      const started = start();
      this.#sessions.set(started[0].id, started[0]);
      this.#started.push(started[0]);
      return started;
    };
    const [session, answer] = this.tokens.once(call, request, run, scope);
    call.touches(session);
    return answer;
  }

  /**
   * The session and its phase as a reader sees it now.
   *
   * @throws ServiceError when it is unknown, not visible yet, or gone.
   */
  seen(call: Call, id: string, scope?: string): { readonly session: Session; readonly phase: Phase<State> } {
    const session = this.#sessions.get(id);
    const phase = session?.seen(this.config.describeLagMs);
    if (session === undefined || phase === undefined || (scope !== undefined && session.scope !== scope)) {
      throw this.#rules.unknownSession(id);
    }
    call.touches(session);
    return { session, phase };
  }

  /** The sessions of a scope and their phases as a list shows them now, oldest first. */
  listed(scope: string): readonly { readonly session: Session; readonly phase: Phase<State> }[] {
    return this.sessions().flatMap((session) => {
      const phase = session.scope === scope ? session.seen(this.config.listLagMs) : undefined;
      return phase === undefined ? [] : [{ session, phase }];
    });
  }

  /**
   * The session that an ARN names, or undefined for its scope.
   *
   * @throws ServiceError when the resource does not exist here.
   */
  tagged(call: Call, arn: string): Session | undefined {
    const [, region, accountId, scope = '', id] = this.#rules.arn.exec(arn) ?? [];
    if (region !== this.world.region || accountId !== this.world.accountId) throw this.#rules.foreignArn();
    this.requireScope(scope, arn);
    return id === undefined ? undefined : this.seen(call, id, scope).session;
  }

  /** Issues a token that opens the data plane of a session. */
  issueEndpointToken(
    session: Session,
    { bytes, encoding = 'base64url', metadata }: TokenForm,
  ): { readonly token: string; readonly expiresAtMs: number } {
    const token = Buffer.from(this.world.random.hex(bytes * 2), 'hex').toString(encoding);
    const expiresAtMs = this.world.timeline.nowMs() + this.config.endpointTokenTtlMs;
    const { expiredTokenCode } = this.config;
    this.world.connect.admit({ token, session, expiresAtMs, expiredTokenCode, ...(metadata && { metadata }) });
    return { token, expiresAtMs };
  }

  /** @throws ServiceError when there is no such workgroup or application. */
  protected abstract requireScope(scope: string, arn: string): void;
}

/** What a service's tokens look like. */
interface TokenForm {
  readonly bytes: number;
  readonly encoding?: 'base64' | 'base64url';
  /** What a call must have beside its token. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The tags of a service's resources, by ARN. */
class TagBook {
  readonly #byArn = new Map<string, ReadonlyMap<string, string>>();
  readonly #limit: number;
  readonly #refuse: (message: string) => Error;

  /** `limit` is the most tags of one resource; `refuse` makes the error for more. */
  constructor(limit: number, refuse: (message: string) => Error) {
    this.#limit = limit;
    this.#refuse = refuse;
  }

  of(arn: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#byArn.get(arn) ?? []);
  }

  /** Adds tags, replacing the values of known keys. Adds all of them, or none when they are too many. */
  add(arn: string, tags: Readonly<Record<string, string>>): void {
    const all = new Map([...(this.#byArn.get(arn) ?? []), ...Object.entries(tags)]);
    if (all.size > this.#limit) throw this.#refuse(`A resource has at most ${this.#limit} tags.`);
    this.#byArn.set(arn, all);
  }

  remove(arn: string, keys: readonly string[]): void {
    const rest = [...(this.#byArn.get(arn) ?? [])].filter(([key]) => !keys.includes(key));
    this.#byArn.set(arn, new Map(rest));
  }
}
