import { SessionError } from '../../contract/session-error.ts';
import { describeValue } from '../../provider-kit/describe-value.ts';
import type { ConnectEngine, ResponderVersion } from './connect-engine.ts';

/**
 * What runs the statements of emulated sessions: a substitute on DuckDB, which comes with npm and is not Spark; Sail or
 * Apache Spark, started here; or any Spark Connect server at `sc://host:port`.
 */
export type EngineChoice = 'duckdb' | 'sail' | 'spark' | `sc://${string}`;

const ADDRESS = /^sc:\/\/(\[[0-9a-f:]+\]|[\w.-]+):(\d{1,5})\/?$/i;

/** @throws SessionError `config-invalid` when there is no such engine. */
export function parseEngine(engine: string): EngineChoice {
  if (engine === 'duckdb' || engine === 'sail' || engine === 'spark') return engine;
  const port = Number(ADDRESS.exec(engine)?.[2] ?? 0);
  if (port > 0 && port <= 65_535) return engine as `sc://${string}`;
  throw new SessionError(
    'config-invalid',
    `'engine' must be duckdb, sail, spark, or the address of a Spark Connect server as sc://host:port without parameters; found ${describeValue(engine)}.`,
    { operation: 'startEmulator' },
  );
}

/** The chosen engine, loaded or started by the first call. */
export function openEngine({
  engine,
  responderVersion,
}: {
  readonly engine: EngineChoice;
  readonly responderVersion: ResponderVersion;
}): ConnectEngine {
  return lazyEngine(async (forget) => {
    if (engine === 'duckdb') {
      const { Responder } = await import('./responder/responder.ts');
      return Responder.open(responderVersion);
    }
    const { PassThrough } = await import('./pass-through.ts');
    if (engine !== 'sail' && engine !== 'spark') {
      return PassThrough.to({ address: engine.slice('sc://'.length).replace(/\/$/, ''), metadata: {} });
    }
    const { startEngineProcess } = await import('./engine-process.ts');
    const started = await startEngineProcess(engine);
    const passThrough = await PassThrough.to(started);
    void started.ended.then(() => {
      forget();
      return passThrough.close();
    });
    return {
      answer: (call) => passThrough.answer(call),
      close: async () => {
        await passThrough.close();
        await started.stop();
      },
    };
  });
}

/** @param load - gets a function to call when the engine has ended; the next call loads another one. */
function lazyEngine(load: (forget: () => void) => Promise<ConnectEngine>): ConnectEngine {
  let loading: Promise<ConnectEngine> | undefined;
  const forget = (): void => {
    loading = undefined;
  };
  return {
    async *answer(call) {
      loading ??= load(forget);
      // A failed start may succeed later, for example once the engine is installed.
      loading.catch(forget);
      yield* (await loading).answer(call);
    },
    async close() {
      await (await loading?.catch(() => undefined))?.close();
    },
  };
}
