import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionSize, StartRequest } from '../../src/contract/start-request.ts';

/** The classification of Spark properties. */
const SPARK_DEFAULTS = 'spark-defaults';

/** Settings by classification; the services differ in the names of the two members. */
export interface Classification {
  readonly name: string | undefined;
  readonly properties: Readonly<Record<string, string>> | undefined;
}

/**
 * The most executors of a session on an engine without another size. A small session with its driver fits into the 16 vCPU
 * of a new EMR Serverless account: an executor has 4 vCPU and 14 GB by default.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html (read 2026-11-20)
 */
const MAX_EXECUTORS: Readonly<Record<SessionSize, number>> = { small: 2, medium: 8, large: 32 };

/** The lowest layer of settings: what `size` means. */
export function sizeSettings({ size }: StartRequest): readonly Classification[] {
  return sparkDefaults(size && { 'spark.dynamicAllocation.maxExecutors': String(MAX_EXECUTORS[size]) });
}

/** Spark properties as a layer of settings. */
export function sparkDefaults(properties: Readonly<Record<string, string>> = {}): readonly Classification[] {
  return Object.keys(properties).length > 0 ? [{ name: SPARK_DEFAULTS, properties }] : [];
}

/** Merges layers of settings property by property; a later layer wins, and other members of its entries are kept. */
export function mergeClassifications<Entry extends Classification>(
  ...layers: readonly (readonly Entry[])[]
): readonly Entry[] {
  const merged = new Map<string | undefined, Entry>();
  for (const entry of layers.flat()) {
    const before = merged.get(entry.name);
    merged.set(entry.name, { ...before, ...entry, properties: { ...before?.properties, ...entry.properties } });
  }
  return [...merged.values()];
}

/** How many entries a map may have, and how many characters their keys and values. */
export interface MapLimits {
  readonly count?: number;
  readonly key: number;
  readonly value: number;
}

/** Checks the labels and Spark properties of a start against the service's model. @throws SessionError `invalid-request` */
export function checkStartLimits(
  provider: string,
  { labels, sparkConf = {} }: StartRequest,
  limits: { readonly label: MapLimits; readonly property: MapLimits },
): void {
  const problem = problemOf('label', labels, limits.label) ?? problemOf('Spark property', sparkConf, limits.property);
  if (problem !== undefined) throw startRefusal(provider, problem);
}

/** The error of a start that the service would refuse. */
export function startRefusal(provider: string, message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'start', provider });
}

function problemOf(what: string, map: Readonly<Record<string, string>>, limits: MapLimits): string | undefined {
  const entries = Object.entries(map);
  const { count = Number.POSITIVE_INFINITY } = limits;
  if (entries.length > count) return `${entries.length} entries of ${what} were given; ${count} are allowed`;
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > limits.key) {
      return `the key of a ${what} must have 1 to ${limits.key} characters; one has ${key.length}`;
    }
    if (value.length > limits.value) {
      return `the ${what} '${key}' has ${value.length} characters; ${limits.value} are allowed`;
    }
  }
  return undefined;
}
