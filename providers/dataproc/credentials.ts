import type { GoogleAuth } from 'google-auth-library';
import { loadAuth } from './load-google.ts';
import type { DataprocConfig } from './options.ts';

/** No credentials could be had: nothing has been sent. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/** What may be done with Dataproc. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions/get (read 2026-11-20) */
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/**
 * Looks for credentials before anything is sent: the SDK's client, built without any, ends the process by rejecting where nobody listens.
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
  const auth = new GoogleAuth({ scopes: SCOPES, projectId: project, ...(credentials && { credentials }) });
  await orCredentialsError(auth.getClient());
  return auth;
}

/** A source of credentials may fail with anything; under this name the error table knows where it comes from. */
async function orCredentialsError<Value>(source: Promise<Value>): Promise<Value> {
  try {
    return await source;
  } catch (cause) {
    throw new CredentialsError(cause instanceof Error ? cause.message : 'the source threw something that is no Error');
  }
}
