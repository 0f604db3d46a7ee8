import type { Clock } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { observedSettings, parseObservations, type Observations } from '../verify/observations.ts';
import type { AthenaOptions } from './athena/athena-options.ts';
import type { ResponderVersion } from './data-plane/connect-engine.ts';
import { parseEngine, type EngineChoice } from './data-plane/engine-choice.ts';
import type { DataprocOptions } from './dataproc/dataproc-options.ts';
import type { EmrOptions } from './emr/emr-options.ts';
import type { EmrServerlessOptions } from './emr-serverless/emr-serverless-options.ts';
import type { Fault } from './fault.ts';
import type { GlueOptions } from './glue/glue-options.ts';
import type { HealthOmicsOptions } from './healthomics/healthomics-options.ts';
import { SERVICE_IDS, type ServiceId } from './service.ts';
import { REAL_CLOCK, VIRTUAL_CLOCK } from './timeline.ts';

/** Ports by service; Dataproc has one for REST and one for gRPC; the endpoints of all sessions use `spark-connect`. */
export type EmulatorPorts = Partial<Readonly<Record<ServiceId | 'dataproc-grpc' | 'spark-connect', number>>>;

/** How to start the emulators. Every option has a default. */
export interface EmulatorOptions {
  /** Which services to start (default: all of them). */
  readonly services?: readonly ServiceId[];
  /**
   * `real` (default) is the machine's clock. `virtual` stands still at 2027-01-01 and moves only by `advance`. With a
   * {@link Clock} of your own, a program under test and the emulator can share one.
   */
  readonly clock?: 'real' | 'virtual' | Clock;
  /** Milliseconds from a start to a session that accepts work (default 1000). An application that must start first takes as long again. */
  readonly startupMs?: number;
  /** Each start takes up to so many milliseconds longer, drawn from the seed (default 0). */
  readonly startupSpreadMs?: number;
  /** Makes ids, tokens, orders and probabilities repeatable (default 1). */
  readonly seed?: number;
  /** Faults from the beginning; `emulator.faults.add` adds more later. */
  readonly faults?: readonly Fault[];
  /** The port of each service (default: any free one). `dataproc` is its REST port. */
  readonly ports?: EmulatorPorts;
  /** The emulated region, for ARNs and addresses (default `us-east-1`). */
  readonly region?: string;
  /** The emulated account (default `123456789012`). */
  readonly accountId?: string;
  /** `checked` refuses calls that are not signed, or signed for another region; `any` (default) only those signed for another service. */
  readonly signature?: 'any' | 'checked';
  /** What runs the statements of sessions (default `duckdb`, a substitute that is not Spark). */
  readonly engine?: EngineChoice;
  /** The Spark version that the DuckDB substitute reports (default: `4.0` for Dataproc and EMR on EC2, and `3.5`, as the clouds run). */
  readonly responderVersion?: ResponderVersion;
  /**
   * Whether the code of Athena's calculations and Glue's statements runs, in a python3 process per session (default false: **it runs
   * whatever it is sent**). Without it they end as scripted and have no output.
   */
  readonly runCode?: boolean;
  /**
   * What `anysession verify --save` has written about an account: the undocumented points behave as they did there. Options that are
   * given here win. Times of a start are not taken over: set `startupMs`.
   */
  readonly observed?: Observations | undefined;
  readonly athena?: AthenaOptions;
  readonly emrServerless?: EmrServerlessOptions;
  readonly emr?: EmrOptions;
  readonly glue?: GlueOptions;
  readonly dataproc?: DataprocOptions;
  readonly healthomics?: HealthOmicsOptions;
}

export interface EmulatorConfig extends Required<Omit<EmulatorOptions, 'responderVersion' | 'observed'>> {
  readonly clock: Clock;
  readonly responderVersion: ResponderVersion | undefined;
}

const DEFAULTS: EmulatorConfig = {
  services: SERVICE_IDS,
  clock: REAL_CLOCK,
  startupMs: 1000,
  startupSpreadMs: 0,
  seed: 1,
  faults: [],
  ports: {},
  region: 'us-east-1',
  accountId: '123456789012',
  signature: 'any',
  engine: 'duckdb',
  responderVersion: undefined,
  runCode: false,
  athena: {},
  emrServerless: {},
  emr: {},
  glue: {},
  dataproc: {},
  healthomics: {},
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws SessionError `config-invalid` for an unknown option or service, or a number out of range.
 */
export function parseEmulatorOptions(options: EmulatorOptions): EmulatorConfig {
  refuseUnknown('option', Object.keys(options), [...Object.keys(DEFAULTS), 'observed']);
  const { observed } = options;
  const settings = observed === undefined ? {} : observedSettings(parseObservations(observed)).options;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const config: EmulatorConfig & Pick<Required<EmulatorOptions>, 'clock'> = {
    ...DEFAULTS,
    ...Object.fromEntries(given),
  };
  const { services, faults, ports, seed, startupMs, startupSpreadMs } = config;
  for (const [name, list] of Object.entries({ services, faults })) {
    if (!Array.isArray(list)) throw badOption(`'${name}' must be a list.`);
  }
  if (services.length === 0) throw badOption(`'services' must name at least one of ${SERVICE_IDS.join(', ')}.`);
  refuseUnknown('service', services, SERVICE_IDS);
  if (!Number.isFinite(seed)) throw badOption(`'seed' must be a number, not ${seed}.`);
  for (const [name, ms] of Object.entries({ startupMs, startupSpreadMs })) {
    if (Number.isInteger(ms) && ms >= 0) continue;
    throw badOption(`'${name}' must be a whole number, 0 or more, not ${ms}.`);
  }
  refuseUnknown('port', Object.keys(ports), [...SERVICE_IDS, 'dataproc-grpc', 'spark-connect']);
  for (const [name, port] of Object.entries(ports)) {
    if (Number.isInteger(port) && port >= 0 && port <= 65_535) continue;
    throw badOption(`Port '${name}' must be a whole number from 0 to 65535, not ${port}.`);
  }
  return {
    ...config,
    athena: { ...settings['athena'], ...config.athena },
    emrServerless: { ...settings['emrServerless'], ...config.emrServerless },
    emr: { ...settings['emr'], ...config.emr },
    glue: { ...settings['glue'], ...config.glue },
    dataproc: { ...settings['dataproc'], ...config.dataproc },
    healthomics: { ...settings['healthomics'], ...config.healthomics },
    // The output of Athena's code is in S3.
    services: [
      ...new Set<ServiceId>([...services, ...(config.runCode && services.includes('athena') ? (['s3'] as const) : [])]),
    ],
    clock: toClock(config.clock),
    engine: parseEngine(config.engine),
  };
}

/** A misspelt name would silently have no effect. */
function refuseUnknown(what: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw badOption(`Unknown ${what} '${unknown}'. Known: ${known.join(', ')}.`);
}

function toClock(clock: 'real' | 'virtual' | Clock): Clock {
  if (clock === 'real') return REAL_CLOCK;
  if (clock === 'virtual') return VIRTUAL_CLOCK;
  if (typeof clock === 'object' && 'nowMs' in clock && 'schedule' in clock) return clock;
  throw badOption(`'clock' must be 'real', 'virtual' or a Clock.`);
}

function badOption(message: string): SessionError {
  return new SessionError('config-invalid', message, { operation: 'startEmulator' });
}
