import type { OptionProblem, ParsedOptions } from '../../src/contract/provider-plugin.ts';
import { checkOptions, defaultOptions, type ObjectShape } from '../../src/provider-kit/option-shape.ts';

/** The key of a service account, with the names of Google's key files. */
export interface ServiceAccountKey {
  readonly client_email: string;
  readonly private_key: string;
}

/** An access token of Google's OAuth with the scope `cloud-platform`. */
export interface AccessToken {
  readonly accessToken: string;
  /** When it stops being accepted, epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** A key, or a function that fetches a token whenever the last one runs out. */
export type DataprocCredentials = ServiceAccountKey | (() => Promise<AccessToken>);

/** How the service is talked to. */
export type Transport = 'grpc' | 'rest';

/** What a session is for: Spark Connect clients, or a Jupyter server. */
export type SessionType = 'spark-connect' | 'jupyter';

/** The options of the provider `dataproc`. */
export interface DataprocOptions {
  /** The project that pays, by its id; from `GOOGLE_CLOUD_PROJECT` when absent. */
  readonly project?: string;
  /** The region, such as `europe-west3`; from `GOOGLE_CLOUD_REGION` when absent. */
  readonly region?: string;
  /** `grpc` by default; `rest` starts a little faster and costs more per call. */
  readonly transport?: Transport;
  /** Another address of the service: a host, or a URL. `http://` means no TLS and no credentials: for emulators. */
  readonly apiEndpoint?: string;
  /** A service account's key or a function that fetches tokens (in a `.ts` or `.mjs` config); Application Default Credentials when absent. */
  readonly credentials?: DataprocCredentials;
  /** `spark-connect` by default. */
  readonly sessionType?: SessionType;
  /** A session template: its name in this project and region, or its full resource name. */
  readonly template?: string;
  /** The runtime, such as `3.0`; the service's own default when absent. */
  readonly runtimeVersion?: string;
  /** The subnetwork that sessions run in. Not beside `network`. */
  readonly subnetwork?: string;
  /** The network that sessions run in. */
  readonly network?: string;
  /** Whom sessions run as; the service's own default when absent. */
  readonly serviceAccount?: string;
  /**
   * Whether a start may remove the record of an ended session that holds its name, and start afresh under it. False by default:
   * then a key whose session has ended is a conflict.
   */
  readonly deleteRecord?: boolean;
  /** How many describes and lists a second the project bears. */
  readonly readsPerSecond?: number;
  /** How many starts and terminates a second the project bears. */
  readonly writesPerSecond?: number;
}

/** The options, read and checked. */
export interface DataprocConfig {
  readonly project: string;
  readonly region: string;
  readonly transport: Transport;
  readonly endpoint: EndpointConfig;
  readonly credentials: DataprocCredentials | undefined;
  readonly sessionType: SessionType;
  readonly template: string | undefined;
  readonly runtimeVersion: string | undefined;
  readonly subnetwork: string | undefined;
  readonly network: string | undefined;
  readonly serviceAccount: string | undefined;
  readonly deleteRecord: boolean;
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
}

/** Where the service is. */
export interface EndpointConfig {
  readonly host: string;
  readonly port: number;
  /** False for emulators: then no credentials are sent either. */
  readonly tls: boolean;
}

/** Options that the environment may hold: Google's names where Google has one. */
export const DATAPROC_VARIABLES = {
  project: 'GOOGLE_CLOUD_PROJECT',
  region: 'GOOGLE_CLOUD_REGION',
  apiEndpoint: 'GOOGLE_CLOUD_DATAPROC_API_ENDPOINT',
  transport: 'ANYSESSION_DATAPROC_TRANSPORT',
  sessionType: 'ANYSESSION_DATAPROC_SESSION_TYPE',
  template: 'ANYSESSION_DATAPROC_TEMPLATE',
  runtimeVersion: 'ANYSESSION_DATAPROC_RUNTIME_VERSION',
  subnetwork: 'ANYSESSION_DATAPROC_SUBNETWORK',
  network: 'ANYSESSION_DATAPROC_NETWORK',
  serviceAccount: 'ANYSESSION_DATAPROC_SERVICE_ACCOUNT',
  deleteRecord: 'ANYSESSION_DATAPROC_DELETE_RECORD',
  readsPerSecond: 'ANYSESSION_DATAPROC_READS_PER_SECOND',
  writesPerSecond: 'ANYSESSION_DATAPROC_WRITES_PER_SECOND',
} as const satisfies Partial<Record<keyof DataprocOptions, string>>;

/**
 * Calls a second that we allow ourselves: all 200 a minute that change something, and half of the 7,500 reads, which batches
 * and clusters of the project share.
 * @see https://cloud.google.com/dataproc-serverless/quotas (read 2026-11-20)
 */
const RATES = { reads: 60, writes: 3 };

const HOST = '[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?';

/** The options as JSON Schema. @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions (read 2026-11-20) */
export const DATAPROC_OPTIONS_SHAPE = {
  type: 'object',
  properties: {
    project: {
      type: 'string',
      // A domain before a colon is how the oldest projects are named.
      pattern: '^([a-z0-9.-]+:)?[a-z]([a-z0-9-]{4,28}[a-z0-9])$',
      title: 'the id of a project such as my-project-1 (option `project` or variable GOOGLE_CLOUD_PROJECT)',
      description: 'The project that pays.',
    },
    region: {
      type: 'string',
      pattern: '^[a-z]+(-[a-z]+)+[0-9]+$',
      title: 'a region such as europe-west3 (option `region` or variable GOOGLE_CLOUD_REGION)',
      description: 'The region.',
    },
    transport: {
      type: 'string',
      enum: ['grpc', 'rest'],
      default: 'grpc',
      description: 'How the service is talked to.',
    },
    apiEndpoint: {
      type: 'string',
      pattern: `^(https?://)?(${HOST}|\\[[0-9a-f:]+\\])(:[0-9]{1,5})?/?$`,
      title: 'a host such as europe-west3-dataproc.googleapis.com, or a URL such as http://127.0.0.1:8080',
      description: 'Another address of the service: a private endpoint, an emulator.',
    },
    credentials: {
      type: 'object',
      description:
        "A service account's key, or (in a .ts or .mjs config) a function that fetches access tokens. Application Default Credentials when absent.",
      properties: {
        client_email: { type: 'string', minLength: 1, maxLength: 1024 },
        private_key: { type: 'string', minLength: 1, maxLength: 16384 },
      },
      required: ['client_email', 'private_key'],
      additionalProperties: true,
    },
    sessionType: {
      type: 'string',
      enum: ['spark-connect', 'jupyter'],
      default: 'spark-connect',
      description: 'What sessions are for.',
    },
    template: {
      type: 'string',
      pattern: '^(projects/[^/]+/locations/[^/]+/sessionTemplates/)?[^/]+$',
      title: 'the name of a session template, or projects/…/locations/…/sessionTemplates/…',
      description: 'The session template that sessions are made from.',
    },
    runtimeVersion: {
      type: 'string',
      pattern: '^[0-9]+\\.[0-9]+(\\.[0-9A-Za-z.-]+)?$',
      title: 'a runtime version such as 3.0, in quotes',
      description: 'The runtime version of sessions.',
    },
    subnetwork: { type: 'string', minLength: 1, maxLength: 2048, description: 'The subnetwork that sessions run in.' },
    network: { type: 'string', minLength: 1, maxLength: 2048, description: 'The network that sessions run in.' },
    serviceAccount: {
      type: 'string',
      pattern: '^[^@\\s]+@[^@\\s]+$',
      title: 'the e-mail address of a service account',
      description: 'Whom sessions run as.',
    },
    deleteRecord: {
      type: 'boolean',
      default: false,
      description: 'Whether a start may remove the record of an ended session that holds its name.',
    },
    readsPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: RATES.reads,
      description: 'Describes and lists a second that the project bears.',
    },
    writesPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: RATES.writes,
      description: 'Starts and terminates a second that the project bears.',
    },
  },
  required: ['project', 'region'],
  additionalProperties: false,
} as const satisfies ObjectShape;

/** Reads the options; tells all that is wrong at once. */
export function parseDataprocOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<DataprocConfig> {
  // A function is a source of credentials too, and no JSON Schema can say so.
  const { credentials, ...others } = options;
  const plain = typeof credentials === 'function' ? others : options;
  const problems = [...checkOptions(plain, DATAPROC_OPTIONS_SHAPE), ...clashes(options)];
  if (problems.length > 0) return { ok: false, problems };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  // Safe: every member has just been checked against its shape, and those without a default are optional here too.
  const read = { ...defaultOptions(DATAPROC_OPTIONS_SHAPE), ...given } as unknown as Omit<DataprocConfig, 'endpoint'> &
    Pick<DataprocOptions, 'apiEndpoint'>;
  const { project, region, template } = read;
  return {
    ok: true,
    config: {
      project,
      region,
      transport: read.transport,
      endpoint: toEndpoint(read.apiEndpoint, region),
      credentials: read.credentials,
      sessionType: read.sessionType,
      template:
        template === undefined || template.includes('/')
          ? template
          : `projects/${project}/locations/${region}/sessionTemplates/${template}`,
      runtimeVersion: read.runtimeVersion,
      subnetwork: read.subnetwork,
      network: read.network,
      serviceAccount: read.serviceAccount,
      deleteRecord: read.deleteRecord,
      readsPerSecond: read.readsPerSecond,
      writesPerSecond: read.writesPerSecond,
    },
  };
}

/** The service's own address is the region's: the global one is a detour. @see https://cloud.google.com/dataproc/docs/concepts/regional-endpoints (read 2026-11-20) */
function toEndpoint(address: string | undefined, region: string): EndpointConfig {
  const text = address ?? `${region}-dataproc.googleapis.com`;
  const url = new URL(text.includes('://') ? text : `https://${text}`);
  const tls = url.protocol === 'https:';
  return { host: url.hostname, port: url.port === '' ? (tls ? 443 : 80) : Number(url.port), tls };
}

function clashes(options: Readonly<Record<string, unknown>>): readonly OptionProblem[] {
  return options['network'] !== undefined && options['subnetwork'] !== undefined
    ? [{ path: ['network'], message: 'expected nothing beside `subnetwork`: give one of the two' }]
    : [];
}
