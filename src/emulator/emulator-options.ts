import { SessionError } from '../contract/session-error.ts';
import type { Clock } from '../contract/ports.ts';
import type { AthenaOptions } from './athena/athena-options.ts';
import type { EmrServerlessOptions } from './emr-serverless/emr-serverless-options.ts';
import type { DataprocOptions } from './dataproc/dataproc-options.ts';
import type { HealthOmicsOptions } from './healthomics/healthomics-options.ts';
import { parseEngine, type EngineChoice } from './data-plane/engine-choice.ts';
import type { ResponderVersion } from './data-plane/responder/responder-version.ts';
import { REAL_CLOCK, STANDING_CLOCK } from './emulator-clocks.ts';
import type { Fault } from './fault.ts';
import { SERVICE_IDS, type ServiceId } from './service.ts';

/** Ports by service; Dataproc has one for REST and one for gRPC, and all endpoints of sessions lead to `spark-connect`. */
export type EmulatorPorts = Partial<Readonly<Record<ServiceId | 'dataproc-grpc' | 'spark-connect', number>>>;

/** How to start the emulators; everything has a default. */
export interface EmulatorOptions {
  /** Which services to start; all of them unless named. */
  readonly services?: readonly ServiceId[];
  /**
   * `real` is the machine's clock. `virtual` stands still at 2027-01-01 and moves only by `advance`. A {@link Clock} of your
   * own is followed, so that a program under test and the emulator can share one. `real` unless said.
   */
  readonly clock?: 'real' | 'virtual' | Clock;
  /** Milliseconds from a start to a session that takes work; 1000 unless said. An application that must start first takes as long again. */
  readonly startupMs?: number;
  /** Makes ids, tokens, orders and chances repeatable; 1 unless said. */
  readonly seed?: number;
  /** Faults from the beginning; `emulator.faults.add` adds more later. */
  readonly faults?: readonly Fault[];
  /** The port of each service; any free one unless said. `dataproc` is its REST port. */
  readonly ports?: EmulatorPorts;
  /** The region the emulator plays, for ARNs and addresses; `us-east-1` unless said. */
  readonly region?: string;
  /** The account the emulator plays; `123456789012` unless said. */
  readonly accountId?: string;
  /** `checked` refuses calls that are not signed, or for another region; `any`, the default, only those signed for another service. */
  readonly signature?: 'any' | 'checked';
  /** What runs the statements of sessions; `duckdb`, a stand-in that is no Spark, unless said. */
  readonly engine?: EngineChoice;
  /** As which Spark the stand-in `duckdb` passes; `3.5`, which the clouds run, unless said. */
  readonly responderVersion?: ResponderVersion;
  readonly athena?: AthenaOptions;
  readonly emrServerless?: EmrServerlessOptions;
  readonly dataproc?: DataprocOptions;
  readonly healthomics?: HealthOmicsOptions;
}

/** The options with every default filled in. */
export interface EmulatorConfig {
  readonly services: readonly ServiceId[];
  readonly clock: Clock;
  readonly startupMs: number;
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly ports: EmulatorPorts;
  readonly region: string;
  readonly accountId: string;
  readonly signature: 'any' | 'checked';
  readonly engine: EngineChoice;
  readonly responderVersion: ResponderVersion;
  readonly athena: AthenaOptions;
  readonly emrServerless: EmrServerlessOptions;
  readonly dataproc: DataprocOptions;
  readonly healthomics: HealthOmicsOptions;
}

const OPTION_NAMES: readonly (keyof EmulatorOptions)[] = [
  'services',
  'clock',
  'startupMs',
  'seed',
  'faults',
  'ports',
  'region',
  'accountId',
  'signature',
  'engine',
  'responderVersion',
  'athena',
  'emrServerless',
  'dataproc',
  'healthomics',
];

/**
 * Checks the options and fills in the defaults.
 *
 * @throws SessionError `config-invalid` for an option or a service that does not exist, or a number out of range.
 */
export function parseEmulatorOptions(options: EmulatorOptions): EmulatorConfig {
  refuseUnknown('The option', Object.keys(options), OPTION_NAMES);
  const { services = SERVICE_IDS, faults = [], ports = {}, seed = 1 } = options;
  for (const [name, list] of Object.entries({ services, faults })) {
    if (!Array.isArray(list)) throw badOption(`'${name}' must be a list.`);
  }
  if (!Number.isFinite(seed)) throw badOption(`'seed' must be a number.`);
  checkPorts(ports);
  const strangers = services.filter((service) => !SERVICE_IDS.includes(service));
  if (strangers.length > 0 || services.length === 0) {
    throw badOption(`'services' must name some of ${SERVICE_IDS.join(', ')}, not '${strangers.join(', ')}'.`);
  }
  const startupMs = options.startupMs ?? 1000;
  if (!Number.isInteger(startupMs) || startupMs < 0) throw badOption(`'startupMs' must be a whole number, 0 or more.`);
  return {
    services: [...new Set(services)],
    clock: toClock(options.clock ?? 'real'),
    startupMs,
    seed,
    faults,
    ports,
    region: options.region ?? 'us-east-1',
    accountId: options.accountId ?? '123456789012',
    signature: options.signature ?? 'any',
    engine: parseEngine(options.engine ?? 'duckdb'),
    responderVersion: options.responderVersion ?? '3.5',
    athena: options.athena ?? {},
    emrServerless: options.emrServerless ?? {},
    dataproc: options.dataproc ?? {},
    healthomics: options.healthomics ?? {},
  };
}

function checkPorts(ports: EmulatorPorts): void {
  refuseUnknown('The port', Object.keys(ports), [...SERVICE_IDS, 'dataproc-grpc', 'spark-connect']);
  for (const [name, port] of Object.entries(ports)) {
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw badOption(`The port '${name}' must be a whole number from 0 to 65535.`);
    }
  }
}

/** A misspelt name would change nothing, silently. */
function refuseUnknown(what: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw badOption(`${what} '${unknown}' is not known; there are ${known.join(', ')}.`);
}

function toClock(clock: 'real' | 'virtual' | Clock): Clock {
  if (clock === 'real') return REAL_CLOCK;
  if (clock === 'virtual') return STANDING_CLOCK;
  if (typeof clock === 'object' && 'nowMs' in clock && 'schedule' in clock) return clock;
  throw badOption(`'clock' must be real, virtual or a Clock.`);
}

function badOption(message: string): SessionError {
  return new SessionError('config-invalid', message, { operation: 'startEmulator' });
}
