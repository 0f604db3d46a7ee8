import { createRequire } from 'node:module';
import { type Connection, loadDuckDbBinding, type Result } from '../../../providers/local/duckdb/binding.ts';
import { executeError } from '../../../providers/local/errors.ts';
import { ResultStream } from '../../../providers/local/duckdb/result-stream.ts';
import type { SessionError } from '../../../src/contract/session-error.ts';

const binding = loadDuckDbBinding(createRequire(import.meta.url));

/** A copy whose members can be replaced. Native methods need their own `this` and are not enumerable. */
function replaceable<T extends object>(native: T): T {
  const members = Object.getOwnPropertyNames(native).map((name) => {
    const member: unknown = Reflect.get(native, name);
    return [name, typeof member === 'function' ? (member.bind(native) as unknown) : member];
  });
  return Object.fromEntries(members) as T;
}

/** One raw connection, for tests of what uses the binding directly. */
export class RawDuckDb {
  /** The binding; tests may replace its functions. */
  readonly binding = replaceable(binding);
  readonly connection: Connection;

  private constructor(connection: Connection) {
    this.connection = connection;
  }

  static async open(): Promise<RawDuckDb> {
    return new RawDuckDb(await binding.connect(await binding.open(':memory:', binding.create_config())));
  }

  /** Begins a statement. */
  async begin(text: string): Promise<Result> {
    const statement = await binding.prepare(this.connection, text);
    const result = await binding.execute_prepared_streaming(statement);
    binding.destroy_prepare_sync(statement);
    return result;
  }

  /** A stream over a result; `signal` stops it. */
  async stream(text: string, signal = new AbortController().signal): Promise<{ stream: ResultStream; result: Result }> {
    const result = await this.begin(text);
    const explainFailure = async (): Promise<SessionError> => executeError('unexpected', 'broken');
    return { stream: await ResultStream.open({ ...this, result, signal, explainFailure }), result };
  }
}
