import { restError } from '../aws/aws-errors.ts';
import { PageBook } from '../page-book.ts';
import { readInput, BrokenConstraints, WrongType } from '../read-input.ts';
import { listOf } from '../shapes.ts';
import { TokenBook } from '../token-book.ts';
import type { World } from '../world.ts';
import { RUN_SETTING } from './healthomics-inputs.ts';
import type { HealthOmicsConfig } from './healthomics-options.ts';
import { OmicsBatch, whyNoBatch, type BatchStart, type Preparation, type RunSetting } from './omics-batch.ts';
import { RunPlan, type RunFate } from './run-plan.ts';

/** A batch is CREATING for this share of its startup. */
const CREATING_SHARE = 0.2;

export class HealthOmicsAccount {
  readonly world: World;
  readonly config: HealthOmicsConfig;
  readonly tokens: TokenBook;
  readonly pages: PageBook;
  readonly #batches = new Map<string, OmicsBatch>();
  readonly #ever: OmicsBatch[] = [];
  /** The setting ids of `refusedRuns` and `failingRuns` that have had their effect. */
  readonly #struck = new Set<string>();
  /** When the next run of any batch may be submitted. */
  #submissionsFreeMs = Number.NEGATIVE_INFINITY;

  constructor(world: World, config: HealthOmicsConfig) {
    this.world = world;
    this.config = config;
    this.tokens = new TokenBook(world.timeline, {
      member: 'requestId',
      lifetimeMs: undefined,
      clash: () => restError(config.requestIdClashCode, 'The requestId was used with other parameters.'),
    });
    this.pages = new PageBook(world.random, {
      sizeMember: 'maxItems',
      tokenMember: 'startingToken',
      defaultSize: 100,
      invalidToken: () => invalid('The startingToken is not valid.'),
    });
  }

  /** The batches that have a record, oldest first. */
  batches(): readonly OmicsBatch[] {
    return [...this.#batches.values()];
  }

  /** Every batch that was ever started, oldest first. */
  everStarted(): readonly OmicsBatch[] {
    return this.#ever;
  }

  requireBatch(id: string): OmicsBatch {
    const batch = this.#batches.get(id);
    if (batch === undefined) throw restError('ResourceNotFoundException', `Batch ${id} does not exist.`);
    return batch;
  }

  forget(batch: OmicsBatch): void {
    this.#batches.delete(batch.id);
  }

  start(request: BatchStart): OmicsBatch {
    this.#refuseImpossible(request);
    const { timeline, random, startupMs } = this.world;
    const batch = new OmicsBatch(timeline, this.config, {
      id: digits(random.next(), 7),
      uuid: random.uuid(),
      request,
      runIdPrefix: digits(random.next(), 10),
      creatingMs: startupMs * CREATING_SHARE,
    });
    this.#batches.set(batch.id, batch);
    this.#ever.push(batch);
    const recorded = this.#eTagOf(request);
    timeline.after(startupMs, () => batch.prepare(this.#prepare(request, recorded)));
    return batch;
  }

  #eTagOf({ batchRunSettings: { s3UriSettings } }: BatchStart): string | undefined {
    return s3UriSettings === undefined ? undefined : this.world.objects.byUri(s3UriSettings)?.eTag;
  }

  #refuseImpossible({ defaultRunSetting, batchRunSettings }: BatchStart): void {
    const { inlineSettings, s3UriSettings } = batchRunSettings;
    if ((inlineSettings === undefined) === (s3UriSettings === undefined)) {
      throw invalid('Exactly one of inlineSettings and s3UriSettings must be set.');
    }
    if (defaultRunSetting.workflowType === 'READY2RUN') {
      throw invalid('READY2RUN workflows are not supported for run batches.');
    }
    if (s3UriSettings !== undefined && !/^s3:\/\/[^/]+\/.+$/.test(s3UriSettings)) {
      throw invalid('s3UriSettings must be the URI of an object in S3.');
    }
  }

  #prepare(request: BatchStart, recordedETag: string | undefined): Preparation {
    const settings = this.#settingsOf(request, recordedETag);
    if (typeof settings === 'string') return { failureReason: settings };
    const failureReason = whyNoBatch(settings);
    if (failureReason !== undefined) return { failureReason };
    const { submissionsPerSecond, runMs, concurrentRuns } = this.config;
    const intervalMs = 1000 / submissionsPerSecond;
    const firstSubmissionMs = Math.max(this.world.timeline.nowMs(), this.#submissionsFreeMs);
    this.#submissionsFreeMs = firstSubmissionMs + settings.length * intervalMs;
    const fates = settings.map(({ runSettingId }) => this.#fateOf(runSettingId));
    return { settings, plan: new RunPlan({ fates, firstSubmissionMs, intervalMs, runMs, concurrentRuns }) };
  }

  /** The runs that a request names, or why they cannot be read. */
  #settingsOf({ batchRunSettings }: BatchStart, recordedETag: string | undefined): readonly RunSetting[] | string {
    const { inlineSettings, s3UriSettings = '' } = batchRunSettings;
    if (inlineSettings !== undefined) return inlineSettings;
    const object = this.world.objects.byUri(s3UriSettings);
    if (object === undefined) return `The object ${s3UriSettings} does not exist or cannot be read.`;
    if (object.eTag !== recordedETag) return `The ETag of ${s3UriSettings} has changed since the batch was started.`;
    try {
      return readInput(listOf(RUN_SETTING), JSON.parse(object.bytes.toString('utf8')) as unknown);
    } catch (error) {
      const isUnreadable = error instanceof SyntaxError || error instanceof WrongType;
      if (isUnreadable) return `The object ${s3UriSettings} is not a JSON array of run settings.`;
      if (error instanceof BrokenConstraints) return error.message;
      throw error;
    }
  }

  #fateOf(runSettingId: string): RunFate {
    const { refusedRuns, failingRuns, refusalRate, failureRate } = this.config;
    const { random } = this.world;
    const isFirst = !this.#struck.has(runSettingId);
    const strikes = (ids: readonly string[]): boolean => isFirst && ids.includes(runSettingId);
    if (strikes(refusedRuns) || strikes(failingRuns)) this.#struck.add(runSettingId);
    if (strikes(refusedRuns) || (refusalRate > 0 && random.next() < refusalRate)) return 'refused';
    if (strikes(failingRuns) || (failureRate > 0 && random.next() < failureRate)) return 'fails';
    return 'completes';
  }
}

function invalid(message: string): Error {
  return restError('ValidationException', message);
}

/** A number of `count` digits that does not begin with 0. */
function digits(chance: number, count: number): string {
  const least = 10 ** (count - 1);
  return String(Math.floor(least + chance * (9 * least - 1)));
}
