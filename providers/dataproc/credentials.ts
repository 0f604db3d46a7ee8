import type { GoogleAuth } from 'google-auth-library';
import { loadAuth } from './load-google.ts';
import type { DataprocConfig } from './options.ts';

/** No credentials were found: nothing was sent. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/** The OAuth scopes for Dataproc. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions/get (read 2026-11-20) */
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/**
 * Finds credentials before anything is sent: without any, the SDK's client ends the process by an unhandled rejection.
 * A service without TLS is an emulator and gets none.
 * @throws CredentialsError
 */
export async function openAuth({ endpoint, credentials, project }: DataprocConfig): Promise<GoogleAuth> {
  const { GoogleAuth, OAuth2Client, PassThroughClient } = await loadAuth();
  if (!endpoint.tls) return new GoogleAuth({ authClient: new PassThroughClient() });
  if (typeof credentials === 'function') {
    const authClient = new OAuth2Client();
    authClient.refreshHandler = async () => {
      const { accessToken, expiresAtMs } = await orCredentialsError(credentials());
      return { access_token: accessToken, expiry_date: expiresAtMs };
    };
    return new GoogleAuth({ authClient, projectId: project });
  }
  // Deprecated for credentials of unknown origin; these are in the user's own configuration.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const auth = new GoogleAuth({ scopes: SCOPES, projectId: project, ...(credentials && { credentials }) });
  await orCredentialsError(auth.getClient());
  return auth;
}

/** A source of credentials may throw anything: it gets the error name that the error table knows. */
async function orCredentialsError<Value>(source: Promise<Value>): Promise<Value> {
  try {
    return await source;
  } catch (cause) {
    throw new CredentialsError(
      cause instanceof Error ? cause.message : 'the source threw a value that is not an Error',
    );
  }
}
