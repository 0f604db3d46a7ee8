import type { Capabilities } from '../../contract/capabilities.ts';
import type { Observation } from '../../contract/observation.ts';
import type { SessionProvider } from '../../contract/session-provider.ts';
import type { CallContext } from '../../contract/call-context.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { StatementRunner } from '../../contract/statement-runner.ts';

/** A provider with one fault, as a wrapping around one that has none: the kit must find exactly that fault. */
export interface BrokenProvider {
  readonly name: string;
  /** What it does wrong, as one would say it in a review. */
  readonly fault: string;
  /** The rules of the contract that it breaks; all others it keeps. */
  readonly breaks: readonly string[];
  /** What the sound provider must differ in for the fault to show. */
  readonly capabilities?: Partial<Capabilities>;
  readonly wrap: (sound: SessionProvider) => SessionProvider;
}

/** Freezes a broken provider: what is wrong with it is wrong for everybody. */
export function brokenProvider(broken: BrokenProvider): BrokenProvider {
  return Object.freeze(broken);
}

/** The same provider, except for some members. */
export function alter(sound: SessionProvider, changes: Partial<SessionProvider>): SessionProvider {
  const endpoint = sound.endpoint?.bind(sound);
  const dashboard = sound.dashboard?.bind(sound);
  const { statements, calculations } = sound;
  return {
    id: sound.id,
    scope: sound.scope,
    capabilities: sound.capabilities,
    start: (request, call) => sound.start(request, call),
    describe: (handle, call) => sound.describe(handle, call),
    listPage: (filter, cursor, call) => sound.listPage(filter, cursor, call),
    terminate: (handle, call) => sound.terminate(handle, call),
    close: () => sound.close(),
    ...(endpoint && { endpoint }),
    ...(dashboard && { dashboard }),
    ...(statements && { statements }),
    ...(calculations && { calculations }),
    ...changes,
  };
}

/** The same provider without one of its optional members. */
export function without(sound: SessionProvider, member: 'endpoint' | 'dashboard' | 'statements'): SessionProvider {
  const altered = alter(sound, {});
  Reflect.deleteProperty(altered, member);
  return altered;
}

/** The same provider, except for what its list shows. */
export function alterList(
  sound: SessionProvider,
  change: (observations: readonly Observation[]) => readonly Observation[],
): SessionProvider {
  return alter(sound, {
    listPage: async (filter, cursor, call) => {
      const page = await sound.listPage(filter, cursor, call);
      return { ...page, observations: change(page.observations) };
    },
  });
}

/** The same provider, except for what it shows of sessions. */
export function alterObservations(
  sound: SessionProvider,
  change: (observation: Observation) => Observation,
): SessionProvider {
  return alter(sound, {
    start: async (request, call) => change(await sound.start(request, call)),
    describe: async (handle, call) => change(await sound.describe(handle, call)),
    terminate: async (handle, call) => change(await sound.terminate(handle, call)),
    listPage: async (filter, cursor, call) => {
      const page = await sound.listPage(filter, cursor, call);
      return { ...page, observations: page.observations.map(change) };
    },
  });
}

/** The same provider, except for how it runs statements. */
export function alterExecute(
  sound: SessionProvider,
  change: (runner: StatementRunner) => StatementRunner['execute'],
): SessionProvider {
  const { statements } = sound;
  if (statements === undefined) return sound;
  const progress: StatementRunner['progress'] = (handle, id) => statements.progress(handle, id);
  return alter(sound, { statements: { execute: change(statements), progress } });
}

/** The same provider, except for what every verb that takes a handle is called with. */
export function alterCalls(
  sound: SessionProvider,
  change: (handle: SessionHandle, call: CallContext) => readonly [SessionHandle, CallContext],
): SessionProvider {
  const endpoint = sound.endpoint?.bind(sound);
  const dashboard = sound.dashboard?.bind(sound);
  const { statements } = sound;
  return alter(sound, {
    describe: (handle, call) => sound.describe(...change(handle, call)),
    terminate: (handle, call) => sound.terminate(...change(handle, call)),
    ...(endpoint && { endpoint: (handle, call) => endpoint(...change(handle, call)) }),
    ...(dashboard && { dashboard: (handle, call) => dashboard(...change(handle, call)) }),
    ...(statements && {
      statements: {
        execute: (handle, request, call) => {
          const [otherHandle, otherCall] = change(handle, call);
          return statements.execute(otherHandle, request, otherCall);
        },
        progress: (handle, id) => statements.progress(handle, id),
      },
    }),
  });
}
