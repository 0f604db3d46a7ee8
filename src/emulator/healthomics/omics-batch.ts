import type { ValueOf } from '../shapes.ts';
import type { Timeline } from '../timeline.ts';
import type { BATCH_STATUSES, INPUTS, RUN_SETTING, RUN_STATUSES, SUBMISSION_STATUSES } from './healthomics-inputs.ts';
import { MAX_RUNS, type HealthOmicsConfig } from './healthomics-options.ts';
import type { RunPlan } from './run-plan.ts';

export type BatchStart = ValueOf<(typeof INPUTS)['StartRunBatch']>;
export type RunSetting = ValueOf<typeof RUN_SETTING>;
export type BatchStatus = (typeof BATCH_STATUSES)[number];
type RunStatus = (typeof RUN_STATUSES)[number];
type SubmissionStatus = (typeof SUBMISSION_STATUSES)[number];

/** Its runs once they have been read, or why it has none. */
export type Preparation =
  | { readonly settings: readonly RunSetting[]; readonly plan: RunPlan; readonly failureReason?: undefined }
  | { readonly failureReason: string; readonly settings?: undefined; readonly plan?: undefined };

/** Epoch milliseconds. */
interface BatchTimes {
  readonly submittedMs: number | undefined;
  readonly processedMs: number | undefined;
  readonly failedMs: number | undefined;
}

/** One batch: its state at any moment follows from its plan and from the calls since. */
export class OmicsBatch {
  readonly id: string;
  readonly uuid: string;
  readonly request: BatchStart;
  readonly createdAtMs: number;
  /** The ids of its runs begin with it. */
  readonly runIdPrefix: string;
  readonly #timeline: Timeline;
  readonly #config: HealthOmicsConfig;
  readonly #creatingMs: number;
  #preparation: Preparation | undefined;
  #preparedAtMs = Number.POSITIVE_INFINITY;
  #cancelledAtMs = Number.POSITIVE_INFINITY;
  #deletedAtMs = Number.POSITIVE_INFINITY;

  constructor(
    timeline: Timeline,
    config: HealthOmicsConfig,
    birth: Pick<OmicsBatch, 'id' | 'uuid' | 'request' | 'runIdPrefix'> & { readonly creatingMs: number },
  ) {
    this.#timeline = timeline;
    this.#config = config;
    this.id = birth.id;
    this.uuid = birth.uuid;
    this.request = birth.request;
    this.runIdPrefix = birth.runIdPrefix;
    this.#creatingMs = birth.creatingMs;
    this.createdAtMs = timeline.nowMs();
  }

  prepare(preparation: Preparation): void {
    this.#preparation = preparation;
    this.#preparedAtMs = this.#timeline.nowMs();
  }

  get settings(): readonly RunSetting[] {
    return this.#preparation?.settings ?? [];
  }

  get plan(): RunPlan | undefined {
    return this.#preparation?.plan;
  }

  get failureReason(): string | undefined {
    return this.#preparation?.failureReason;
  }

  /** How many runs it has; until they have been read, those of the request. */
  get totalRuns(): number {
    return this.plan?.count ?? this.request.batchRunSettings.inlineSettings?.length ?? 0;
  }

  get status(): BatchStatus {
    const nowMs = this.#timeline.nowMs();
    const { stoppingMs, deletedStatus } = this.#config;
    if (nowMs >= this.#deletedAtMs) return nowMs < this.#deletedAtMs + stoppingMs ? 'RUNS_DELETING' : deletedStatus;
    if (nowMs >= this.#cancelledAtMs) return nowMs < this.#cancelledAtMs + stoppingMs ? 'STOPPING' : 'CANCELLED';
    if (nowMs < this.createdAtMs + this.#creatingMs) return 'CREATING';
    if (this.failureReason !== undefined) return 'FAILED';
    const { plan } = this;
    if (plan === undefined || nowMs < (plan.submittedAt[0] ?? 0)) return 'PENDING';
    if (nowMs < plan.attemptedMs) return 'SUBMITTING';
    return nowMs < plan.overMs ? 'INPROGRESS' : 'PROCESSED';
  }

  /** The times that GetBatch shows, as far as they have passed. */
  get times(): BatchTimes {
    const nowMs = this.#timeline.nowMs();
    const past = (atMs: number | undefined): number | undefined =>
      atMs !== undefined && atMs <= Math.min(nowMs, this.#cancelledAtMs) ? atMs : undefined;
    return {
      submittedMs: past(this.plan?.attemptedMs),
      processedMs: past(this.plan?.overMs),
      failedMs: this.failureReason === undefined ? undefined : this.#preparedAtMs,
    };
  }

  cancel(): void {
    this.#cancelledAtMs = this.#timeline.nowMs();
  }

  deleteRuns(): void {
    this.#deletedAtMs = this.#timeline.nowMs();
  }

  get countsLagMs(): number {
    return this.status === 'PROCESSED' || this.status === 'CANCELLED' ? 0 : this.#config.countsLagMs;
  }

  /** The outcome of submitting a run; undefined while it waits. */
  submissionOf(index: number, lagMs = 0): SubmissionStatus | undefined {
    const nowMs = this.#timeline.nowMs() - lagMs;
    const { plan } = this;
    const submittedMs = plan?.submittedAt[index] ?? Number.POSITIVE_INFINITY;
    const wasSubmitted = submittedMs <= Math.min(nowMs, this.#cancelledAtMs);
    if (!wasSubmitted) return nowMs >= this.#cancelledAtMs + this.#config.stoppingMs ? 'CANCEL_SUCCESS' : undefined;
    if (plan?.fates[index] === 'refused') return 'FAILED';
    if (nowMs >= this.#deletedAtMs + this.#config.stoppingMs) return 'DELETE_SUCCESS';
    const status = this.runStatusOf(index, lagMs);
    return status === 'CANCELLED' ? 'CANCEL_SUCCESS' : 'SUCCESS';
  }

  /** The state of a run; undefined when it was not submitted. */
  runStatusOf(index: number, lagMs = 0): RunStatus | undefined {
    const nowMs = this.#timeline.nowMs() - lagMs;
    const { plan } = this;
    if (plan === undefined || plan.fates[index] === 'refused') return undefined;
    const submittedMs = plan.submittedAt[index] ?? Number.POSITIVE_INFINITY;
    if (submittedMs > Math.min(nowMs, this.#cancelledAtMs)) return undefined;
    if (nowMs >= this.#deletedAtMs + this.#config.stoppingMs) return 'DELETED';
    const endedMs = plan.endedAt[index] ?? 0;
    if (nowMs >= this.#cancelledAtMs && endedMs > this.#cancelledAtMs) {
      return nowMs < this.#cancelledAtMs + this.#config.stoppingMs ? 'STOPPING' : 'CANCELLED';
    }
    if (nowMs >= endedMs) return plan.fates[index] === 'fails' ? 'FAILED' : 'COMPLETED';
    if (nowMs >= (plan.startedAt[index] ?? 0)) return 'RUNNING';
    return nowMs >= plan.startingAt(index) ? 'STARTING' : 'PENDING';
  }

  runIdOf(index: number): string | undefined {
    return this.runStatusOf(index) === undefined ? undefined : `${this.runIdPrefix}${String(index).padStart(6, '0')}`;
  }

  /** The position of a run, by its id. */
  indexOfRun(runId: string): number | undefined {
    const index = Number(runId.slice(this.runIdPrefix.length));
    return this.runIdOf(index) === runId ? index : undefined;
  }
}

/** Why a list of runs cannot become a batch, in the service's own text; undefined when it can. */
export function whyNoBatch(settings: readonly RunSetting[]): string | undefined {
  if (settings.length > MAX_RUNS) return `Batch has ${settings.length} runs but ${MAX_RUNS} runs is the max.`;
  if (settings.length === 0) return 'Batch has no runs.';
  const unique = new Set(settings.map(({ runSettingId }) => runSettingId)).size;
  return unique === settings.length
    ? undefined
    : `Expected ${settings.length} unique runSettingIds but there were ${unique}`;
}
