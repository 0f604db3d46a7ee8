/** A value of JSON. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [member: string]: JsonValue };

/** One run of a batch as its user writes it; what it says wins over the batch's defaults. */
export interface RunSpec {
  /** Names the run within the batch, 1..128 characters, unique. */
  readonly id: string;
  /** For people, 1..128 characters. */
  readonly name?: string | undefined;
  /** Merged over the default parameters, member by member. */
  readonly parameters?: Readonly<Record<string, JsonValue>> | undefined;
  /** Where its results go, an S3 URI of at most 750 characters. */
  readonly outputUri?: string | undefined;
  /** 0..100000; a higher one goes first. */
  readonly priority?: number | undefined;
  /** The account that owns the output bucket, 12 digits. */
  readonly outputBucketOwnerId?: string | undefined;
  /** Merged over the default tags. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What all runs of a batch have in common. */
export interface RunDefaults {
  /** The workflow's id, 1..18 digits. */
  readonly workflowId: string;
  readonly workflowVersion?: string | undefined;
  /** The role that runs have; the environment's where absent. */
  readonly roleArn?: string | undefined;
  readonly name?: string | undefined;
  readonly parameters?: Readonly<Record<string, JsonValue>> | undefined;
  /** Where results go; the environment's where absent. */
  readonly outputUri?: string | undefined;
  readonly priority?: number | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The provider's own run options, in its own type. */
  readonly native?: unknown;
}

/** How asking the service for a run went, and what was asked about it since. */
export type Submission =
  'accepted' | 'refused' | 'cancel-accepted' | 'cancel-refused' | 'delete-accepted' | 'delete-refused';

/** Where one run is. `deleted`: its record is gone, and with it how it ended. */
export type RunState = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled' | 'deleted';

/** One run of a batch as its service lists it: how its submission went, not how the run did. */
export interface RunRow {
  /** The id that its user gave it. */
  readonly id: string;
  /** The service's id; absent when the submission was refused. */
  readonly runId?: string;
  /** `undefined` for a native word that no table knows. */
  readonly submission: Submission | undefined;
  /** Why a submission was refused. */
  readonly reason?: string;
}

/** How one run does, by the service's id. */
export interface RunStatus {
  readonly runId: string;
  /** `undefined` for a native word that no table knows. */
  readonly state: RunState | undefined;
  readonly nativeState: string;
  /** Why it failed, in the service's words, where it tells. */
  readonly reason?: string;
  /** Where its log is, in the service's spelling. */
  readonly log?: string;
}
