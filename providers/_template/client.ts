import type { TemplateConfig } from './options.ts';

/** What every request takes along: SDKs stop when the signal aborts. */
export interface RequestOptions {
  readonly signal: AbortSignal;
}

/** What the service is asked to start, in its own words and units. */
export interface CreateSessionInput {
  readonly requestId: string;
  readonly description: string;
  readonly idleMinutes: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A session as the service tells it. Everything from outside may be missing or new: `state` is a string, no union. */
export interface SessionRecord {
  readonly sessionId: string;
  readonly state: string;
  readonly stateMessage?: string;
  readonly description: string;
  /** RFC 3339. */
  readonly createTime: string;
  readonly stateTime: string;
  readonly idleMinutes: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The few calls of the SDK that the provider needs, as an interface of ours.
 *
 * Decide: which four to six calls those are. Keep the service's own names and shapes here, so that a reader finds them
 * in its documentation; translating is the business of the other files. Tests count and break requests at this door.
 */
export interface TemplateClient {
  createSession(input: CreateSessionInput, options: RequestOptions): Promise<SessionRecord>;
  getSession(sessionId: string, options: RequestOptions): Promise<SessionRecord>;
  listSessions(
    input: { readonly pageSize: number; readonly pageToken?: string },
    options: RequestOptions,
  ): Promise<{ readonly sessions: readonly SessionRecord[]; readonly nextPageToken?: string }>;
  deleteSession(sessionId: string, options: RequestOptions): Promise<SessionRecord>;
}

/** Gives the client, from the first call on. */
export type ClientLoader = () => Promise<TemplateClient>;

/**
 * Loads the SDK, which is large: most programs use one cloud only, and many never start a session.
 *
 * Decide: which package stands here, and switch its own retries off (`maxAttempts: 1` or the like):
 * retrying has one owner, and that is the layer above.
 */
export async function loadSdk(config: TemplateConfig): Promise<TemplateClient> {
  const { ImaginaryCloud } = await import('./imaginary-sdk.ts');
  return new ImaginaryCloud(config);
}

/** Loads at the first call and at most once; a failed load is forgotten, so that the next call tries again. */
export function loadOnce(load: ClientLoader): ClientLoader {
  let loading: Promise<TemplateClient> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
