import type { ParsedOptions } from '../../src/contract/provider-plugin.ts';
import type { ObjectShape } from '../../src/provider-kit/option-shape.ts';
import { notBoth, parseOptions, type ConfigOf } from '../../src/provider-kit/parse-options.ts';
import { urlTarget } from '../../src/provider-kit/url-target.ts';

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

/** A key, or a function that returns a token; it is called again when the token expires. */
export type DataprocCredentials = ServiceAccountKey | (() => Promise<AccessToken>);

/** The protocol to the service. */
export type Transport = 'grpc' | 'rest';

/** The clients of a session: Spark Connect, or a Jupyter server. */
export type SessionType = 'spark-connect' | 'jupyter';

/** The options of the provider `dataproc`. */
export interface DataprocOptions {
  /** The id of the project that is billed; from `GOOGLE_CLOUD_PROJECT` when absent. */
  readonly project?: string | undefined;
  /** The region, such as `europe-west3`; from `GOOGLE_CLOUD_REGION` when absent. */
  readonly region?: string | undefined;
  /** `grpc` by default; `rest` starts a little faster and costs more per call. */
  readonly transport?: Transport | undefined;
  /** Another endpoint of the service: a host or a URL. With `http://`, for emulators, there is no TLS and no credentials are sent, except those of a function to loopback. */
  readonly endpoint?: string | undefined;
  /** A service account's key, or (in a `.ts` or `.mjs` config) a function that returns tokens; Application Default Credentials when absent. */
  readonly credentials?: DataprocCredentials | undefined;
  /** `spark-connect` by default. */
  readonly sessionType?: SessionType | undefined;
  /** A session template: its name in this project and region, or its full resource name. */
  readonly template?: string | undefined;
  /** The runtime; `3.0` when absent, the first one with Spark Connect for Spark 4; that of the template; for Jupyter the service's default. */
  readonly runtimeVersion?: string | undefined;
  /** The subnetwork that sessions run in. Cannot be used together with `network`. */
  readonly subnetwork?: string | undefined;
  /** The network that sessions run in. */
  readonly network?: string | undefined;
  /** The service account that sessions run as; the service's default when absent. */
  readonly serviceAccount?: string | undefined;
  /**
   * Whether `start` may delete the record of an ended session that has the name, and start a new session under it. False by
   * default: then a start with the key of an ended session is a conflict.
   */
  readonly deleteRecord?: boolean | undefined;
  /** How many describe and list calls a second the project allows. */
  readonly readsPerSecond?: number | undefined;
  /** How many start and terminate calls a second the project allows. */
  readonly writesPerSecond?: number | undefined;
}

type ParsedDataprocOptions = ConfigOf<
  DataprocOptions,
  'project' | 'region' | 'transport' | 'sessionType' | 'deleteRecord' | 'readsPerSecond' | 'writesPerSecond'
>;

/** The options after parsing; the template has its full resource name. */
export type DataprocConfig = Omit<ParsedDataprocOptions, 'endpoint'> & { readonly endpoint: EndpointConfig };

/** The address of the service. */
export interface EndpointConfig {
  readonly host: string;
  readonly port: number;
  /** False for emulators: then no credentials are sent. */
  readonly tls: boolean;
}

/** Environment variables of the options: Google's names where Google has one. */
export const DATAPROC_VARIABLES = {
  project: 'GOOGLE_CLOUD_PROJECT',
  region: 'GOOGLE_CLOUD_REGION',
  endpoint: 'GOOGLE_CLOUD_DATAPROC_API_ENDPOINT',
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
 * Our own limits, calls a second: all of the 200 writes a minute, and half of the 7,500 reads a minute, because batches and
 * clusters of the project share them.
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
      // The oldest projects have a domain and a colon before their name.
      pattern: '^([a-z0-9.-]+:)?[a-z]([a-z0-9-]{4,28}[a-z0-9])$',
      title: 'the id of a project such as my-project-1 (option `project` or variable GOOGLE_CLOUD_PROJECT)',
      description: 'The project that is billed.',
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
      description: 'The protocol to the service.',
    },
    endpoint: {
      type: 'string',
      pattern: `^(https?://)?(${HOST}|\\[[0-9a-f:]+\\])(:[0-9]{1,5})?/?$`,
      title: 'a host such as europe-west3-dataproc.googleapis.com, or a URL such as http://127.0.0.1:8080',
      description: 'Another endpoint of the service: a private endpoint, an emulator.',
    },
    credentials: {
      type: 'object',
      description:
        "A service account's key, or (in a .ts or .mjs config) a function that returns access tokens. Application Default Credentials when absent.",
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
      description: 'The clients of a session: Spark Connect, or a Jupyter server.',
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
      description: 'The service account that sessions run as.',
    },
    deleteRecord: {
      type: 'boolean',
      default: false,
      description: 'Whether a start may delete the record of an ended session that has its name.',
    },
    readsPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: RATES.reads,
      description: 'How many describe and list calls a second the project allows.',
    },
    writesPerSecond: {
      type: 'number',
      exclusiveMinimum: 0,
      default: RATES.writes,
      description: 'How many start and terminate calls a second the project allows.',
    },
  },
  required: ['project', 'region'],
  additionalProperties: false,
} as const satisfies ObjectShape;

/** Parses the options; reports all problems at once. */
export function parseDataprocOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<DataprocConfig> {
  const parsed = parseOptions<ParsedDataprocOptions>(options, DATAPROC_OPTIONS_SHAPE, notBoth('subnetwork', 'network'));
  if (!parsed.ok) return parsed;
  const { endpoint, ...config } = parsed.config;
  const { project, region, template } = config;
  const isShortName = template !== undefined && !template.includes('/');
  return {
    ok: true,
    config: {
      ...config,
      template: isShortName ? `projects/${project}/locations/${region}/sessionTemplates/${template}` : template,
      endpoint: toEndpoint(endpoint, region),
    },
  };
}

/** The regional endpoint is the default: the global one adds a hop. @see https://cloud.google.com/dataproc/docs/concepts/regional-endpoints (read 2026-11-20) */
function toEndpoint(address: string | undefined, region: string): EndpointConfig {
  const text = address ?? `${region}-dataproc.googleapis.com`;
  return urlTarget(new URL(text.includes('://') ? text : `https://${text}`));
}
