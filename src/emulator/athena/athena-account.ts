import type { Phase } from '../lifecycle.ts';
import { PageBook } from '../page-book.ts';
import { TagBook } from '../tag-book.ts';
import { TokenBook } from '../token-book.ts';
import type { World } from '../world.ts';
import { byCode, invalidRequest, resourceNotFound, tooManyRequests } from './athena-errors.ts';
import type { AthenaEngine } from './athena-engine.ts';
import type { AthenaConfig } from './athena-options.ts';
import { AthenaSession, type AthenaStart, type AthenaState } from './athena-session.ts';
import type { Calculation } from './calculation.ts';
import { toTagMap } from './tags.ts';

/** Engine settings that only PySpark engine version 3 takes. */
const PYSPARK3_SETTINGS = ['CoordinatorDpuSize', 'DefaultExecutorDpuSize', 'SparkProperties'] as const;

/** The most tags of one resource. @see https://docs.aws.amazon.com/athena/latest/ug/tags.html read 2026-11-21 */
const TAG_LIMIT = 50;
/** The ARN of a workgroup, or of a session in it. */
const RESOURCE = /^arn:aws[a-z-]*:athena:([^:]+):(\d{12}):workgroup\/([^/]+)(?:\/session\/([^/]+))?$/;

/** All that Athena knows of one account in one region. */
export class AthenaAccount {
  readonly world: World;
  readonly config: AthenaConfig;
  readonly tokens: TokenBook;
  readonly pages: PageBook;
  readonly tags = new TagBook({ limit: TAG_LIMIT, refuse: invalidRequest });
  readonly calculations = new Map<string, Calculation>();
  readonly #sessions = new Map<string, AthenaSession>();

  constructor(world: World, config: AthenaConfig) {
    this.world = world;
    this.config = config;
    this.tokens = new TokenBook(world.timeline, config.tokenLifetimeMs);
    this.pages = new PageBook(world.random);
  }

  /** Every session that was ever started, oldest first. */
  sessions(): readonly AthenaSession[] {
    return [...this.#sessions.values()];
  }

  /** The engine of a workgroup, or undefined when there is none of that name. */
  engineOf(workGroup: string): AthenaEngine | undefined {
    return Object.hasOwn(this.config.workgroups, workGroup) ? this.config.workgroups[workGroup] : undefined;
  }

  /** @throws ServiceError when there is no such workgroup or it runs SQL. */
  requireSparkEngine(workGroup: string): Exclude<AthenaEngine, 'sql'> {
    const engine = this.engineOf(workGroup);
    if (engine === undefined) throw resourceNotFound(`WorkGroup ${workGroup} is not found.`, workGroup);
    if (engine === 'sql') throw invalidRequest('Workgroup EngineVersion is not Spark.');
    return engine;
  }

  /** Starts a session when engine and quotas allow. */
  start(request: AthenaStart): AthenaSession {
    const engine = this.requireSparkEngine(request.WorkGroup);
    this.#refuseSettings(engine, request);
    const session = new AthenaSession(this.world, this.config, engine, request);
    this.#refuseQuota(session);
    const inherited = request.CopyWorkGroupTags === true ? this.tags.of(this.#arnOf(session.scope)) : {};
    this.tags.add(this.#arnOf(session.scope, session.id), { ...inherited, ...toTagMap(request.Tags) });
    this.#sessions.set(session.id, session);
    return session;
  }

  /** The session and what a reader sees of it now. @throws ServiceError when it is not known, or not yet, or no longer. */
  requireSeen(id: string): { readonly session: AthenaSession; readonly phase: Phase<AthenaState> } {
    const session = this.#sessions.get(id);
    const phase = session?.seen(this.config.describeLagMs);
    if (session !== undefined && phase !== undefined) return { session, phase };
    throw byCode(this.config.unknownSessionCode, `Session ${id} was not found.`, id);
  }

  /** The session itself. @throws ServiceError as {@link requireSeen}. */
  requireSession(id: string): AthenaSession {
    return this.requireSeen(id).session;
  }

  /**
   * The session that an ARN names, or undefined for a workgroup.
   * @throws ServiceError when it names nothing that there is here.
   */
  requireTagged(arn: string): AthenaSession | undefined {
    const [, region, accountId, workGroup = '', id] = RESOURCE.exec(arn) ?? [];
    if (region !== this.world.region || accountId !== this.world.accountId) {
      throw invalidRequest(`The ResourceARN names nothing of account ${this.world.accountId} in ${this.world.region}.`);
    }
    if (this.engineOf(workGroup) === undefined) throw resourceNotFound(`WorkGroup ${workGroup} is not found.`, arn);
    if (id === undefined) return undefined;
    const session = this.requireSession(id);
    if (session.scope === workGroup) return session;
    throw byCode(this.config.unknownSessionCode, `Session ${id} was not found.`, id);
  }

  /** @throws ServiceError when the calculation is not known. */
  requireCalculation(id: string): Calculation {
    const calculation = this.calculations.get(id);
    if (calculation !== undefined) return calculation;
    throw byCode(this.config.unknownSessionCode, `Calculation ${id} was not found.`, id);
  }

  #arnOf(workGroup: string, sessionId?: string): string {
    const arn = `arn:aws:athena:${this.world.region}:${this.world.accountId}:workgroup/${workGroup}`;
    return sessionId === undefined ? arn : `${arn}/session/${sessionId}`;
  }

  #refuseSettings(
    engine: AthenaEngine,
    { EngineConfiguration: settings, NotebookVersion: notebook }: AthenaStart,
  ): void {
    const foreign = PYSPARK3_SETTINGS.filter((name) => settings[name] !== undefined);
    if (engine === 'spark-3.5' && foreign.length > 0) {
      throw invalidRequest(`${foreign.join(', ')} cannot be used with Apache Spark version 3.5; use Classifications.`);
    }
    if (settings.AdditionalConfigs?.['NotebookId'] !== undefined && notebook === undefined) {
      throw invalidRequest('NotebookVersion is required with a NotebookId.');
    }
  }

  #refuseQuota(session: AthenaSession): void {
    if (session.dpus > this.config.sessionDpuLimit) {
      throw invalidRequest(`MaxConcurrentDpus must not exceed ${this.config.sessionDpuLimit} for one session.`);
    }
    const quota = session.engine === 'spark-3.5' ? this.config.spark35DpuQuota : this.config.pyspark3DpuQuota;
    const used = this.sessions()
      .filter((other) => other.live && other.engine === session.engine)
      .reduce((sum, other) => sum + other.dpus, 0);
    if (used + session.dpus > quota) {
      throw tooManyRequests(
        `The account may use ${quota} DPUs at a time; ${used} are in use and ${session.dpus} are asked for.`,
      );
    }
  }
}
