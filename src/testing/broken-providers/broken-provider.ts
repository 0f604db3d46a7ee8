import type { BatchProvider } from '../../contract/batch-provider.ts';
import type { Capabilities } from '../../contract/capabilities.ts';
import type { ErrorKind } from '../../contract/error-kinds.ts';
import type { Verb } from '../../contract/operations.ts';
import type { Observation } from '../../contract/observation.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { SessionProvider } from '../../contract/session-provider.ts';

/** A provider with one fault: a wrapper around a sound provider. The kit must find exactly that fault. */
export interface BrokenProvider<Provider = SessionProvider> {
  readonly name: string;
  /** What it does wrong, as a reviewer would say it. */
  readonly fault: string;
  /** The rules of the contract that it breaks; it keeps all others. */
  readonly breaks: readonly string[];
  /** What the sound provider's capabilities must say for the fault to show. */
  readonly capabilities?: Partial<Capabilities>;
  readonly wrap: (sound: Provider) => Provider;
}

/** A provider of run batches with one fault. */
export type BrokenBatchProvider = BrokenProvider<BatchProvider>;

/** Members that replace those of a sound object; `undefined` removes one. */
export type Replacements<Part> = { readonly [Name in keyof Part]?: Part[Name] | undefined };

/** The fault itself: what it replaces. `memory` is empty for each wrapped provider. */
export type Fault<Part> = (sound: Part, memory: Set<string>) => Replacements<Part>;

type Call = (...args: never[]) => Promise<unknown>;
type Eventual<T> = T | Promise<T>;
type Args<Part, Name extends keyof Part> = Part[Name] extends ((...args: infer A) => unknown) | undefined ? A : never;
type Answer<Part, Name extends keyof Part> = Part[Name] extends ((...args: never[]) => Promise<infer A>) | undefined
  ? A
  : never;

/** Defines a broken provider. */
export function broken<Provider extends object = SessionProvider>(
  name: string,
  breaks: readonly string[],
  fault: string,
  replace: Fault<NoInfer<Provider>>,
  capabilities: Partial<Capabilities> = {},
): BrokenProvider<Provider> {
  const wrap = (sound: Provider): Provider => alter(sound, replace(sound, new Set()));
  return Object.freeze({ name, fault, breaks, capabilities, wrap });
}

/** The same object with some members replaced. */
export function alter<Part extends object>(sound: Part, replacements: Replacements<Part>): Part {
  return new Proxy(sound, {
    get: (target, name) => {
      const member: unknown = Reflect.get(Object.hasOwn(replacements, name) ? replacements : target, name);
      return typeof member === 'function' ? (member as Call).bind(target) : member;
    },
  });
}

/** Changes the arguments of one verb. */
export function asking<Part extends object, Name extends Verb<Part>>(
  sound: Part,
  verb: Name,
  change: NoInfer<(...args: Args<Part, Name>) => Readonly<Args<Part, Name>>>,
): Replacements<Part> {
  return replaceVerb(sound, verb, (call, args) => call(...change(...args)));
}

/** Changes the answer of one verb. */
export function answering<Part extends object, Name extends Verb<Part>>(
  sound: Part,
  verb: Name,
  change: NoInfer<(answer: Answer<Part, Name>, ...args: Args<Part, Name>) => Eventual<Answer<Part, Name>>>,
): Replacements<Part> {
  return replaceVerb(sound, verb, async (call, args) => change(await call(...args), ...args));
}

/** Changes what one verb throws, or answers instead, where it fails with an error of the kind; of any kind if `undefined`. */
export function failing<Part extends object, Name extends Verb<Part>>(
  sound: Part,
  verb: Name,
  kind: ErrorKind | undefined,
  change: NoInfer<(error: SessionError, ...args: Args<Part, Name>) => Error | Promise<Answer<Part, Name>>>,
): Replacements<Part> {
  return replaceVerb(sound, verb, async (call, args) => {
    try {
      return await call(...args);
    } catch (error) {
      if (!SessionError.is(error, kind)) throw error;
      const changed = change(error, ...args);
      if (changed instanceof Error) throw changed;
      return changed;
    }
  });
}

/** Replaces one verb, where the object has it, by a function of the sound verb and its arguments. */
function replaceVerb<Part extends object, Name extends Verb<Part>>(
  sound: Part,
  verb: Name,
  replacement: (
    call: (...args: Readonly<Args<Part, Name>>) => Promise<Answer<Part, Name>>,
    args: Args<Part, Name>,
  ) => Promise<Answer<Part, Name>>,
): Replacements<Part> {
  const member = sound[verb] as Parameters<typeof replacement>[0] | undefined;
  if (member === undefined) return {};
  const replaced = (...args: Args<Part, Name>): unknown => replacement(member.bind(sound), args);
  return { [verb]: replaced } as unknown as Replacements<Part>;
}

/** Changes what the list shows. */
export function listing(
  sound: SessionProvider,
  change: (observations: readonly Observation[]) => readonly Observation[],
): Replacements<SessionProvider> {
  return answering(sound, 'listPage', (page) => ({ ...page, observations: change(page.observations) }));
}

/** Changes every observation of a session, listed or not. */
export function reporting(
  sound: SessionProvider,
  change: (seen: Observation) => Observation,
): Replacements<SessionProvider> {
  return {
    ...answering(sound, 'start', change),
    ...answering(sound, 'describe', change),
    ...answering(sound, 'terminate', change),
    ...listing(sound, (observations) => observations.map(change)),
  };
}
