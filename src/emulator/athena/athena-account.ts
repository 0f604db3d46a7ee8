import { AwsAccount } from '../aws/aws-account.ts';
import type { World } from '../world.ts';
import { byCode, invalidRequest, resourceNotFound, tooManyRequests } from './athena-errors.ts';
import type { AthenaConfig, AthenaEngine } from './athena-options.ts';
import { AthenaSession, type AthenaStart, type AthenaState } from './athena-session.ts';
import type { AthenaCalculation } from './athena-calculation.ts';

/** Engine settings that only PySpark engine version 3 accepts. */
const PYSPARK3_SETTINGS = ['CoordinatorDpuSize', 'DefaultExecutorDpuSize', 'SparkProperties'] as const;

export class AthenaAccount extends AwsAccount<AthenaState, AthenaSession, AthenaConfig> {
  readonly calculations = new Map<string, AthenaCalculation>();

  constructor(world: World, config: AthenaConfig) {
    super(world, config, {
      // @see https://docs.aws.amazon.com/athena/latest/ug/tags.html read 2026-11-21
      tagLimit: 50,
      arn: /^arn:aws[a-z-]*:athena:([^:]+):(\d{12}):workgroup\/([^/]+)(?:\/session\/([^/]+))?$/,
      foreignArn: () =>
        invalidRequest(`The ResourceARN is not of account ${world.accountId} in region ${world.region}.`),
      invalid: invalidRequest,
      unknownSession: (id) => byCode(config.unknownSessionCode, `Session ${id} was not found.`, id),
      tokens: {
        member: 'ClientRequestToken',
        clash: () => byCode(config.tokenClashCode, 'The ClientRequestToken was used with other parameters.'),
      },
      pages: {
        sizeMember: 'MaxResults',
        tokenMember: 'NextToken',
        defaultSize: 100,
        invalidToken: () => invalidRequest('The NextToken is not valid.'),
      },
    });
  }

  /** The engine of a workgroup, or undefined when there is no such workgroup. */
  engineOf(workGroup: string): AthenaEngine | undefined {
    return Object.hasOwn(this.config.workgroups, workGroup) ? this.config.workgroups[workGroup] : undefined;
  }

  /** @throws ServiceError when there is no such workgroup or it runs SQL. */
  requireSparkEngine(workGroup: string): Exclude<AthenaEngine, 'sql'> {
    this.requireScope(workGroup, workGroup);
    const engine = this.engineOf(workGroup);
    if (engine === undefined || engine === 'sql') throw invalidRequest('Workgroup EngineVersion is not Spark.');
    return engine;
  }

  /** Makes a session when engine and quotas allow. */
  start(request: AthenaStart): AthenaSession {
    const engine = this.requireSparkEngine(request.WorkGroup);
    this.#refuseSettings(engine, request);
    const session = new AthenaSession(this.world, this.config, engine, request);
    this.#refuseQuota(session);
    const inherited = request.CopyWorkGroupTags === true ? this.tags.of(this.#arnOf(session.scope)) : {};
    this.tags.add(this.#arnOf(session.scope, session.id), { ...inherited, ...toTagMap(request.Tags) });
    return session;
  }

  requireCalculation(id: string): AthenaCalculation {
    const calculation = this.calculations.get(id);
    if (calculation !== undefined) return calculation;
    throw byCode(this.config.unknownSessionCode, `Calculation ${id} was not found.`, id);
  }

  protected override requireScope(workGroup: string, resourceName: string): void {
    if (this.engineOf(workGroup) !== undefined) return;
    throw resourceNotFound(`WorkGroup ${workGroup} is not found.`, resourceName);
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
    if (used + session.dpus <= quota) return;
    throw tooManyRequests(
      `The account's quota is ${quota} DPUs; ${used} are in use and this session needs ${session.dpus}.`,
    );
  }
}

/** What keys and values may contain; the model limits their lengths only. */
const ALLOWED = /^[\p{L}\p{N}\s+\-=._:/@]*$/u;

/**
 * The tags of a request by key; a tag without a value has an empty one, a tag without a key is ignored.
 *
 * @throws ServiceError when a key is repeated or reserved, or a character is not allowed.
 * @see https://docs.aws.amazon.com/athena/latest/ug/tags.html read 2026-11-21
 */
export function toTagMap(
  tags: readonly { readonly Key?: string; readonly Value?: string }[] = [],
): Readonly<Record<string, string>> {
  const entries = tags.flatMap(({ Key: key, Value: value = '' }) => (key === undefined ? [] : [[key, value] as const]));
  const map = new Map(entries);
  if (map.size < entries.length) throw invalidRequest('Tag keys must be unique per resource.');
  for (const [key, value] of map) {
    refuseReserved(key);
    if (ALLOWED.test(key + value)) continue;
    throw invalidRequest('Tags may contain only letters, numbers, spaces and + - = . _ : / @.');
  }
  return Object.fromEntries(map);
}

/** @throws ServiceError for a key that only the service may add and remove. */
export function refuseReserved(key: string): void {
  if (/^aws:/i.test(key)) throw invalidRequest('Tag keys that begin with aws: are reserved.');
}
