import type { CreateSessionInput, RequestOptions, SessionRecord } from './imaginary-cloud.ts';
import type { TemplateConfig } from './options.ts';

/**
 * The few calls of the SDK that the provider needs, as one interface.
 *
 * Decide: which four to six calls those are. Keep the service's names and shapes here, so that a reader finds them
 * in its documentation; the other files translate. Tests count requests and inject faults at this interface.
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

/**
 * Loads the SDK, which is large: most programs use one cloud only, and many never start a session.
 *
 * Decide: which package to load here. Disable its retries (`maxAttempts: 1` or similar): the core retries.
 */
export async function loadSdk(config: TemplateConfig): Promise<TemplateClient> {
  const { ImaginaryCloud } = await import('./imaginary-cloud.ts');
  return new ImaginaryCloud(config);
}
