import { AsyncLocalStorage } from 'node:async_hooks';
import type { ExchangeObserver, HttpExchange } from '../../contract/exchange.ts';
import type { ProviderPlugin } from '../../contract/provider-plugin.ts';
import { SessionError } from '../../contract/session-error.ts';
import { Placeholders } from './placeholders.ts';
import { failureReading, readingOf } from './reading.ts';
import { RECORDED_VERBS, type RecordedCall, type Source } from './recording-file.ts';
import { REPLAYED_OPTIONS } from './replayed-options.ts';

/** The headers of an answer that change how it is read. */
const KEPT_HEADERS = ['content-type', 'date', 'retry-after', 'x-amzn-errortype', 'grpc-status'];

type Verb = (...args: readonly unknown[]) => Promise<unknown>;

/** Records the calls of a provider and of its probes, with placeholders for what could name something of the account. */
export class Recorder implements ExchangeObserver {
  readonly calls: RecordedCall[] = [];
  readonly #placeholders = new Placeholders();
  /** The exchanges of the call that is running. */
  readonly #running = new AsyncLocalStorage<HttpExchange[]>();
  /** Which call has answered a cursor. */
  readonly #cursors = new Map<unknown, number>();

  exchanged(exchange: HttpExchange): void {
    this.#running.getStore()?.push(exchange);
  }

  /**
   * The plugin with recorded providers and probes.
   * @throws SessionError `unsupported` for a provider whose exchanges cannot be recorded.
   */
  wrap(plugin: ProviderPlugin): ProviderPlugin {
    if (REPLAYED_OPTIONS[plugin.id] === undefined) {
      throw new SessionError('unsupported', `the calls of ${plugin.id} cannot be recorded`, {
        operation: 'verify',
        provider: plugin.id,
        advice: `Leave out --record; it works with ${Object.keys(REPLAYED_OPTIONS).join(', ')}.`,
      });
    }
    const open = plugin.probes?.bind(plugin);
    return {
      ...plugin,
      create: (config, ports) => this.#recorded('provider', plugin.create(config, { ...ports, exchanges: this })),
      ...(open && {
        probes: async () => {
          const opened = await open();
          return {
            open: (config, ports) => this.#recorded('probe', opened.open(config, { ...ports, exchanges: this })),
          };
        },
      }),
    };
  }

  /** The options of the provider that a replay needs. */
  options(provider: string, config: unknown): Readonly<Record<string, unknown>> {
    const values = Object(config) as Readonly<Record<string, unknown>>;
    const names = (REPLAYED_OPTIONS[provider] ?? []).filter((name) => values[name] !== undefined);
    return this.#placeholders.value(Object.fromEntries(names.map((name) => [name, values[name]]))) as Record<
      string,
      unknown
    >;
  }

  #recorded<T extends object>(source: Source, target: T): T {
    const verbs: readonly unknown[] = RECORDED_VERBS[source];
    return new Proxy(target, {
      get: (_, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const bound = member.bind(target) as Verb;
        if (!verbs.includes(name)) return bound;
        return (...args: readonly unknown[]) => this.#record({ source, verb: String(name), args }, bound);
      },
    });
  }

  async #record(
    { source, verb, args }: { readonly source: Source; readonly verb: string; readonly args: readonly unknown[] },
    call: Verb,
  ): Promise<unknown> {
    const exchanges: HttpExchange[] = [];
    const continues = verb === 'listPage' ? this.#cursors.get(args[1]) : undefined;
    const add = (read: unknown): number => {
      const argument = this.#placeholders.value(args.length > 1 ? withoutSignal(args[0]) : {}, 'argument');
      const hidden = exchanges.map((exchange) => this.#hidden(exchange));
      const shown = this.#placeholders.value(read);
      return (
        this.calls.push({
          source,
          verb,
          argument,
          ...(continues !== undefined && { continues }),
          exchanges: hidden,
          read: shown,
        }) - 1
      );
    };
    try {
      const answer = await this.#running.run(exchanges, () => call(...args));
      const at = add(readingOf(answer));
      const { next } = Object(answer) as { readonly next?: unknown };
      if (next !== undefined) this.#cursors.set(next, at);
      return answer;
    } catch (error) {
      if (isAnswered(error)) add(failureReading(error));
      throw error;
    }
  }

  #hidden({ method, path, query, target, requestBody, status, headers, body }: HttpExchange): HttpExchange {
    const kept = KEPT_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]));
    return {
      method,
      // The path of a gRPC call names its method.
      path: 'grpc-status' in headers ? path : this.#placeholders.path(path),
      query: this.#placeholders.value(query) as Record<string, string>,
      target,
      requestBody: this.#placeholders.body(requestBody),
      status,
      headers: Object.fromEntries(kept),
      body: this.#placeholders.body(body),
    };
  }
}

/** A call without an answer of the service cannot be played again. */
function isAnswered(error: unknown): boolean {
  if (!SessionError.is(error)) return false;
  const isLost = error.kind === 'aborted' || error.kind === 'timeout' || error.kind === 'unauthenticated';
  return !isLost && (error.kind !== 'unavailable' || error.native !== undefined);
}

/** An id, a handle, a filter or a start request, without what only this process knows. */
function withoutSignal(argument: unknown): unknown {
  return JSON.parse(JSON.stringify(argument ?? {})) as unknown;
}
