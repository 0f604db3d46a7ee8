import { describe, expect, it } from 'vitest';
import { SessionError, type SessionErrorDetails } from '../../../src/contract/session-error.ts';
import { errorContextLayer } from '../../../src/session/layers/error-context.ts';
import { layeredProvider } from '../../../src/session/layers/layered-provider.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';
import { failureOf } from '../../failure-of.ts';

/** The layer alone over an adapter that fails with this. */
function failingWith(error: unknown) {
  const scene = new Scene();
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a bad adapter does is the case at hand
  const fail = (): Promise<never> => Promise.reject(error);
  const adapter = adapterOf(scene, {
    start: fail,
    describe: fail,
    listPage: fail,
    terminate: fail,
    endpoint: fail,
    statements: { execute: fail, progress: () => undefined },
  });
  return { scene, handle: handleOf(scene), provider: layeredProvider(adapter, [errorContextLayer()]) };
}

const errorWith = (details: Partial<SessionErrorDetails> = {}): SessionError =>
  new SessionError('unavailable', 'try later', { operation: 'GetSession', ...details });

describe('the error context layer', () => {
  it('C-005 fills in the provider and the session', async () => {
    const { handle, provider } = failingWith(errorWith({ retryAfterMs: 5 }));
    expect(await failureOf(provider.describe(handle, unlimitedCall()))).toMatchObject({
      kind: 'unavailable',
      operation: 'GetSession',
      provider: 'scripted',
      handle,
      retryAfterMs: 5,
    });
  });

  it('fills in what is missing and keeps what is there', async () => {
    const elsewhere = { v: 1, provider: 'emr', scope: 'app', id: 'other' } as const;
    const withHandle = failingWith(errorWith({ handle: elsewhere }));
    expect(await failureOf(withHandle.provider.describe(withHandle.handle, unlimitedCall()))).toMatchObject({
      provider: 'scripted',
      handle: elsewhere,
    });
    const withProvider = failingWith(errorWith({ provider: 'emr' }));
    expect(await failureOf(withProvider.provider.describe(withProvider.handle, unlimitedCall()))).toMatchObject({
      provider: 'emr',
      handle: withProvider.handle,
    });
  });

  it('hands on an error that says everything, as it is', async () => {
    const complete = errorWith({ provider: 'scripted', handle: handleOf(new Scene()) });
    const about = failingWith(complete);
    expect(await failureOf(about.provider.describe(about.handle, unlimitedCall()))).toBe(complete);
    const aboutNoSession = errorWith({ provider: 'scripted' });
    const { provider } = failingWith(aboutNoSession);
    expect(await failureOf(provider.start(startRequest(), unlimitedCall()))).toBe(aboutNoSession);
  });

  it.each([
    ['start', 'unknown'],
    ['terminate', 'unknown'],
    ['describe', 'none'],
    ['listPage', 'none'],
    ['endpoint', 'none'],
    ['execute', 'unknown'],
  ] as const)(
    'C-005 makes an internal error of what is no SessionError; effect of %s: %s',
    async (operation, effect) => {
      const cause = new TypeError('x is undefined');
      const { handle, provider } = failingWith(cause);
      const statement = { id: 'stmt-1', text: 'SELECT 1' };
      const make: Readonly<Record<string, () => Promise<unknown>>> = {
        execute: () => Promise.resolve(provider.statements?.execute(handle, statement, unlimitedCall())),
        start: () => provider.start(startRequest(), unlimitedCall()),
        terminate: () => provider.terminate(handle, unlimitedCall()),
        describe: () => provider.describe(handle, unlimitedCall()),
        listPage: () => provider.listPage({}, undefined, unlimitedCall()),
        endpoint: () => Promise.resolve(provider.endpoint?.(handle, unlimitedCall())),
      };
      const error = await failureOf(Promise.resolve(make[operation]?.()));
      expect(error).toMatchObject({ kind: 'internal', operation, provider: 'scripted', effect, cause });
      expect(error.message).toBe(`provider 'scripted' failed in ${operation} with something that is no SessionError`);
      expect(error.handle).toEqual(operation === 'start' || operation === 'listPage' ? undefined : handle);
    },
  );

  it('hands on answers as they are', async () => {
    const scene = new Scene();
    const provider = layeredProvider(adapterOf(scene), [errorContextLayer()]);
    expect(await provider.listPage({}, undefined, unlimitedCall())).toEqual({ observations: [] });
  });
});
