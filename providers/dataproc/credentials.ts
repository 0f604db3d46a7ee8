import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AuthClient, GoogleAuth } from 'google-auth-library';
import { unsendableCharacter } from '../../src/provider-kit/header-character.ts';
import { isLoopback } from '../../src/provider-kit/is-loopback.ts';
import { ProxyAgents } from '../../src/provider-kit/proxy-agents.ts';
import { CredentialsError, functionError } from './credentials-error.ts';
import { loadAuth } from './load-google.ts';
import type { AccessToken, DataprocConfig } from './options.ts';
import type { Bearer } from './transport.ts';

/** The OAuth scopes for Dataproc. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions/get (read 2026-11-20) */
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/** The pools of connections without a proxy. The default one of Node.js is shared with the application. */
const DIRECT = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

type Transporter = AuthClient['transporter'];

/** A client of Google's library. Inner ones take an impersonated account, or exchange a federated token. */
interface Sender {
  readonly transporter?: Transporter;
  readonly sourceClient?: Sender;
  readonly stsCredential?: Sender;
}

/** The source of credentials of one connection. */
export interface Auth {
  readonly google: GoogleAuth;
  /**
   * The headers of a request; gets a new token when the old one is about to expire. Tokens are fetched before a call and not by
   * the transport, which would report a failure as an answer of Dataproc.
   * @throws CredentialsError
   */
  headers(): Promise<Headers>;
  /** The token in these headers. @throws CredentialsError */
  bearer(): Promise<Bearer>;
}

/** Google's library renews a token that lives for less than this; so long does one last at least whose end it does not know. */
const LEAST_LIFE_MS = 5 * 60_000;

/**
 * Finds credentials before anything is sent: without any, the SDK's client ends the process by an unhandled rejection.
 * A service without TLS is an emulator and gets none, except those of a function, on this machine.
 * @throws CredentialsError
 */
export async function openAuth(config: DataprocConfig): Promise<Auth> {
  const google = await openGoogle(config);
  const client = await orCredentialsError(google.getClient());
  const proxies = new ProxyAgents({ keepAlive: true });
  for (const transporter of new Set(transportersOf(client as object))) prepare(transporter, proxies);
  const headers = (): Promise<Headers> => orCredentialsError(client.getRequestHeaders());
  return {
    google,
    headers,
    async bearer() {
      const authorization = (await headers()).get('authorization');
      const expiresAtMs = client.credentials.expiry_date ?? Date.now() + LEAST_LIFE_MS;
      const sent: Readonly<Record<string, string>> = authorization === null ? {} : { authorization };
      return { headers: sent, expiresAtMs };
    },
  };
}

async function openGoogle({ endpoint, credentials, project }: DataprocConfig): Promise<GoogleAuth> {
  const { GoogleAuth, OAuth2Client, PassThroughClient } = await loadAuth();
  const isHere = isLoopback(endpoint.host) && typeof credentials === 'function';
  if (!endpoint.tls && !isHere) return new GoogleAuth({ authClient: new PassThroughClient() });
  if (typeof credentials === 'function') {
    const authClient = new OAuth2Client();
    authClient.refreshHandler = async () => {
      const { accessToken, expiresAtMs } = await tokenOf(credentials);
      return { access_token: accessToken, expiry_date: expiresAtMs };
    };
    return new GoogleAuth({ authClient, projectId: project });
  }
  // Deprecated for credentials of unknown origin; these are in the user's own configuration.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return new GoogleAuth({ scopes: SCOPES, projectId: project, ...(credentials && { credentials }) });
}

/** The user's function may return or throw anything. @throws CredentialsError */
async function tokenOf(source: () => Promise<AccessToken>): Promise<AccessToken> {
  try {
    const token: unknown = await source();
    const { accessToken, expiresAtMs } = Object(token) as Readonly<Record<string, unknown>>;
    if (typeof accessToken !== 'string' || accessToken === '') throw new TypeError('it returned no `accessToken`');
    const character = unsendableCharacter(accessToken);
    if (character !== undefined) throw new TypeError(`its \`accessToken\` has the character ${character}`);
    if (typeof expiresAtMs !== 'number') throw new TypeError('it returned no `expiresAtMs`');
    if (expiresAtMs <= Date.now()) throw new RangeError('it returned a token that has expired');
    return { accessToken, expiresAtMs };
  } catch (thrown) {
    throw functionError(thrown);
  }
}

/** What sends requests for a client: its own transporter, and those of its inner clients. */
function transportersOf({ transporter, sourceClient, stsCredential }: Sender): readonly Transporter[] {
  const inner = [sourceClient, stsCredential].flatMap((each) => (each === undefined ? [] : transportersOf(each)));
  return transporter === undefined ? inner : [transporter, ...inner];
}

/**
 * Lets the requests of a client use our proxies: its library knows no ranges in NO_PROXY, and the SDK's REST knows no proxies at
 * all. Each request is one attempt, because the retry layer repeats.
 */
function prepare({ interceptors }: Transporter, proxies: ProxyAgents): void {
  interceptors.request.add({
    async resolved(request) {
      const { hostname, port, protocol } = new URL(request.url);
      const tls = protocol === 'https:';
      const agent = await proxies.agentFor({ host: hostname, port: Number(port || (tls ? 443 : 80)), tls });
      return Object.assign(request, {
        agent: agent ?? DIRECT[tls ? 'https' : 'http'],
        retry: false,
        retryConfig: undefined,
      });
    },
  });
}

async function orCredentialsError<Value>(source: Promise<Value>): Promise<Value> {
  try {
    return await source;
  } catch (thrown) {
    throw CredentialsError.of(thrown);
  }
}
