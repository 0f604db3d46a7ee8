import { onAbort } from '../../src/provider-kit/on-abort.ts';
import { unsendableCharacter } from '../../src/provider-kit/header-character.ts';
import { raceAbort } from '../../src/provider-kit/race-abort.ts';
import { runningAttempt } from '../../src/provider-kit/running-attempt.ts';
import type { AwsConfig, AwsCredentials, AwsCredentialsSource } from './aws-options.ts';
import { isClockCorrected } from './clock-skew.ts';
import { runFetch, type CredentialFetch } from './credential-fetch.ts';
import { CredentialsFailure } from './credentials-failure.ts';
import type { SdkError } from './sdk-error.ts';

/** Keys are renewed this long before they expire, as in the SDK. */
const EARLY_MS = 5 * 60_000;
/** Keys that are about to expire, or have expired by this machine's clock, are renewed no sooner again. The service refuses those that it takes for expired. */
const RENEWAL_PAUSE_MS = 30_000;
/** Less than a call's time limit of a minute: a `credential_process` that hangs is named, and not the service that waits for it. */
const FETCH_LIMIT_MS = 50_000;
const NEVER_ABORTED = new AbortController().signal;

type Read = (fetch: CredentialFetch) => Promise<AwsCredentials>;

interface Fetching {
  readonly keys: Promise<AwsCredentials>;
  readonly stop: () => void;
  waiting: number;
}

/**
 * The credentials of one client. Each fetch reads the files anew, is shared by the calls that wait for it, and stops when none of
 * them waits any longer.
 */
export class CredentialSource {
  readonly #read: Read;
  #keys: AwsCredentials | undefined;
  #fetching: Fetching | undefined;
  #nextRenewalMs = 0;

  constructor(read: Read) {
    this.#read = read;
  }

  /** @throws CredentialsFailure when there are none. */
  async get(signal: AbortSignal): Promise<AwsCredentials> {
    const keys = this.#keys;
    const leftMs = keys === undefined ? 0 : (keys.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now();
    if (keys !== undefined && (leftMs > EARLY_MS || Date.now() < this.#nextRenewalMs)) return keys;
    try {
      return await this.#fetch(signal);
    } catch (error) {
      if (keys === undefined || leftMs <= 0 || signal.aborted) throw error;
      this.#nextRenewalMs = Date.now() + RENEWAL_PAUSE_MS;
      return keys;
    }
  }

  /** Reads again after the service refused some keys. Answers whether there are others now. */
  async renew(refused: AwsCredentials, signal: AbortSignal): Promise<boolean> {
    const keys = this.#keys === refused ? await this.#fetch(signal) : await this.get(signal);
    return (['accessKeyId', 'secretAccessKey', 'sessionToken'] as const).some((name) => keys[name] !== refused[name]);
  }

  async #fetch(signal: AbortSignal): Promise<AwsCredentials> {
    const fetching = (this.#fetching ??= this.#begin());
    fetching.waiting += 1;
    // No service is asked meanwhile, and a person may have to answer: only the deadline of the call limits this.
    const attempt = runningAttempt(signal);
    attempt?.waitsFor('AWS credentials');
    try {
      const keys = await raceAbort(fetching.keys, signal, 'get credentials');
      attempt?.asks();
      return keys;
    } finally {
      fetching.waiting -= 1;
      if (fetching.waiting === 0) fetching.stop();
    }
  }

  #begin(): Fetching {
    const controller = new AbortController();
    const fetch: CredentialFetch = { signal: controller.signal, reasons: [] };
    const stop = (): void => {
      clearTimeout(timer);
      if (this.#fetching === fetching) this.#fetching = undefined;
      controller.abort();
    };
    const timer = setTimeout(() => controller.abort(), FETCH_LIMIT_MS);
    const stopped = new Promise<never>((_resolve, reject) => {
      onAbort(controller.signal, () => reject(new Error(`no answer within ${FETCH_LIMIT_MS / 1000} s`)));
    });
    const keys = Promise.race([this.#read(fetch).then(sendable), stopped]).then(
      (read) => {
        this.#nextRenewalMs = Date.now() + RENEWAL_PAUSE_MS;
        return (this.#keys = read);
      },
      (error: unknown) => {
        throw new CredentialsFailure(error, fetch);
      },
    );
    // Those who wait get the error; after the last one has left, nobody does.
    keys.catch(() => {});
    const fetching: Fetching = { keys, stop, waiting: 0 };
    return fetching;
  }
}

/** What the SDK's clients have for their credentials; each of their calls asks for them. */
interface ConfiguredClient {
  readonly config: { credentials: (options: { readonly forceRefresh: boolean }) => Promise<AwsCredentials> };
}

/**
 * Takes over the credentials of an SDK client. The SDK keeps keys without an end date for ever and reads the shared files once a process;
 * it gives its chain neither a signal nor a time limit.
 */
export function takeCredentials(client: object, { credentials }: Pick<AwsConfig, 'credentials'>): CredentialSource {
  const { config } = client as ConfiguredClient;
  const source = new CredentialSource(credentials === undefined ? chainOf(config.credentials) : given(credentials));
  // `memoized` keeps the SDK from caching the keys a second time.
  config.credentials = Object.assign(() => source.get(NEVER_ABORTED), { memoized: true });
  return source;
}

/** The SDK's default chain, which lets callers join a run that has been stopped but not ended: so each run waits for the one before. */
function chainOf(chain: ConfiguredClient['config']['credentials']): Read {
  let before: Promise<unknown> = Promise.resolve();
  return (fetch) => {
    const run = async (): Promise<AwsCredentials> => {
      fetch.signal.throwIfAborted();
      return runFetch(fetch, () => chain({ forceRefresh: true }));
    };
    const keys = before.then(run).catch((error: unknown) => {
      // STS refuses the signature of a wrong clock once: the SDK has corrected its offset by the answer.
      if (!isClockCorrected(Object(error) as SdkError)) throw error;
      return run();
    });
    before = keys.catch(() => {});
    return keys;
  };
}

/** What the user gave. Their function may return anything. */
function given(source: AwsCredentialsSource): Read {
  if (typeof source !== 'function') return async () => source;
  return async () => {
    const keys: unknown = await source();
    if (areKeys(keys)) return keys;
    throw new Error('the function returned no accessKeyId or no secretAccessKey');
  };
}

/** Keys with a line break or another character that they never have fail where they are sent, or are refused as a wrong signature. */
function sendable(keys: AwsCredentials): AwsCredentials {
  for (const name of ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const) {
    const character = unsendableCharacter(keys[name] ?? '');
    if (character !== undefined)
      throw new Error(`the ${name} has the character ${character}, which keys never have: remove it`);
  }
  return keys;
}

function areKeys(value: unknown): value is AwsCredentials {
  const { accessKeyId, secretAccessKey } = Object(value) as Readonly<Record<string, unknown>>;
  return [accessKeyId, secretAccessKey].every((key) => typeof key === 'string' && key !== '');
}
