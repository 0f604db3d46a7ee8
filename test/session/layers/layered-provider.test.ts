import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import type { CallContext } from '../../../src/contract/call-context.ts';
import type { Invocation, Layer } from '../../../src/session/layers/layer.ts';
import { layeredProvider } from '../../../src/session/layers/layered-provider.ts';
import { adapterOf, handleOf, Scene, startRequest, unlimitedCall } from '../scene.ts';

/** An adapter that answers with what it was called with, its `this` included. */
function echoing(scene: Scene): SessionProvider {
  return {
    ...adapterOf(scene),
    start(...args: unknown[]) {
      return Promise.resolve(['start', this.id, ...args] as never);
    },
    describe(...args: unknown[]) {
      return Promise.resolve(['describe', this.id, ...args] as never);
    },
    listPage(...args: unknown[]) {
      return Promise.resolve(['listPage', this.id, ...args] as never);
    },
    terminate(...args: unknown[]) {
      return Promise.resolve(['terminate', this.id, ...args] as never);
    },
    endpoint(...args: unknown[]) {
      return Promise.resolve(['endpoint', this.id, ...args] as never);
    },
    dashboard(...args: unknown[]) {
      return Promise.resolve(['dashboard', this.id, ...args] as never);
    },
    statements: {
      execute: (...args: unknown[]) => Promise.resolve(['execute', ...args] as never),
      progress: (...args: unknown[]) => ['progress', ...args] as never,
    },
    calculations: {
      start: (...args: unknown[]) => Promise.resolve(['startCalculation', ...args] as never),
      describe: (...args: unknown[]) => Promise.resolve(['describeCalculation', ...args] as never),
      stop: (...args: unknown[]) => Promise.resolve(['stopCalculation', ...args] as never),
      read: (...args: unknown[]) => Promise.resolve(['readCalculation', ...args] as never),
    },
    close() {
      return Promise.resolve(['close', this.id] as never);
    },
  };
}

/** The same object without some of its members. */
function omit<T extends object, K extends keyof T>(whole: T, members: readonly K[]): Omit<T, K> {
  const rest = Object.entries(whole).filter(([name]) => !(members as readonly string[]).includes(name));
  return Object.fromEntries(rest) as Omit<T, K>;
}

describe('layeredProvider', () => {
  const scene = new Scene();
  const handle = handleOf(scene);
  const call = unlimitedCall();
  const passed: CallContext = { ...call, attempt: 7 };
  const seen: Omit<Invocation, 'provider' | 'span'>[] = [];
  const noting: Layer = (invocation, call, next) => {
    seen.push(omit(invocation, ['provider', 'span']));
    return next({ ...call, attempt: 7 });
  };
  const adapter = echoing(scene);
  const provider = layeredProvider(adapter, [noting]);

  it('hands each verb on with its arguments and the call that the layers made of it', async () => {
    seen.length = 0;
    const request = startRequest();
    const statement = { id: 'stmt-1', text: 'SELECT 1' };
    expect(await provider.start(request, call)).toEqual(['start', 'scripted', request, passed]);
    expect(await provider.describe(handle, call)).toEqual(['describe', 'scripted', handle, passed]);
    expect(await provider.listPage({ states: ['ready'] }, 'p2', call)).toEqual([
      ...['listPage', 'scripted'],
      ...[{ states: ['ready'] }, 'p2', passed],
    ]);
    expect(await provider.terminate(handle, call)).toEqual(['terminate', 'scripted', handle, passed]);
    expect(await provider.endpoint?.(handle, call)).toEqual(['endpoint', 'scripted', handle, passed]);
    expect(await provider.dashboard?.(handle, call)).toEqual(['dashboard', 'scripted', handle, passed]);
    expect(await provider.statements?.execute(handle, statement, call)).toEqual(['execute', handle, statement, passed]);
    const block = { token: 'calc-1', code: 'print(1)' };
    const { calculations } = provider;
    expect(await calculations?.start(handle, block, call)).toEqual(['startCalculation', handle, block, passed]);
    expect(await calculations?.describe(handle, 'c-1', call)).toEqual(['describeCalculation', handle, 'c-1', passed]);
    expect(await calculations?.stop(handle, 'c-1', call)).toEqual(['stopCalculation', handle, 'c-1', passed]);
    expect(await calculations?.read?.(handle, 's3://b/out', call)).toEqual([
      ...['readCalculation', handle, 's3://b/out', passed],
    ]);
    expect(seen).toEqual([
      { operation: 'start', request, input: request },
      { operation: 'describe', handle },
      { operation: 'listPage', filter: { states: ['ready'] }, input: { states: ['ready'] } },
      { operation: 'terminate', handle },
      { operation: 'endpoint', handle },
      { operation: 'dashboard', handle },
      { operation: 'execute', handle },
      { operation: 'startCalculation', handle },
      { operation: 'describeCalculation', handle },
      { operation: 'stopCalculation', handle },
      { operation: 'readCalculation', handle },
    ]);
  });

  it('passes what is no call of the service by the layers', async () => {
    seen.length = 0;
    expect(provider.statements?.progress(handle, 'stmt-1')).toEqual(['progress', handle, 'stmt-1']);
    const closed: unknown = await provider.close();
    expect(closed).toEqual(['close', 'scripted']);
    expect([provider.id, provider.scope, provider.capabilities]).toEqual([
      adapter.id,
      adapter.scope,
      adapter.capabilities,
    ]);
    expect(seen).toEqual([]);
  });

  it('C-002 has an optional member exactly when the adapter has it', () => {
    const optional = ['endpoint', 'dashboard', 'calculations', 'statements'] as const;
    const layered = layeredProvider(omit(adapter, optional), []);
    expect(optional.filter((member) => member in layered)).toEqual([]);
    const { calculations } = adapter;
    const unread = layeredProvider(
      { ...adapter, ...(calculations && { calculations: omit(calculations, ['read']) }) },
      [],
    );
    expect(Object.keys(unread.calculations ?? {})).toEqual(['start', 'describe', 'stop']);
  });

  it('never prints the metadata of an endpoint, which holds its token', async () => {
    const endpoint = { host: 'spark.example', port: 443, tls: true, metadata: { token: 'sesame' }, expiresAtMs: 1 };
    const layered = layeredProvider({ ...adapter, endpoint: () => Promise.resolve(endpoint) }, []);
    const answer = await layered.endpoint?.(handle, call);
    expect(answer?.metadata).toEqual({ token: 'sesame' });
    expect(inspect(answer)).toContain('spark.example');
    expect(inspect(answer)).not.toContain('sesame');
  });
});
