/** What opens one provider on the emulators. */
interface EmulatedCloud {
  /** The name of the emulator's address in what `emulate` prints. */
  readonly url: string;
  /** The variable that the provider reads the address from. */
  readonly urlVariable: string;
  /** The other variables that the provider reads: what the emulator has. */
  readonly variables: Readonly<Record<string, string>>;
}

const AWS = { AWS_REGION: 'us-east-1' };
const ROLE = 'arn:aws:iam::123456789012:role/emulated';

/** The emulated clouds by provider. */
export const EMULATED_CLOUDS: Readonly<Record<string, EmulatedCloud>> = {
  athena: {
    url: 'athena',
    urlVariable: 'AWS_ENDPOINT_URL_ATHENA',
    variables: { ...AWS, ANYSESSION_ATHENA_WORKGROUP: 'spark35' },
  },
  'emr-serverless': {
    url: 'emrServerless',
    urlVariable: 'AWS_ENDPOINT_URL_EMR_SERVERLESS',
    variables: {
      ...AWS,
      ANYSESSION_EMR_SERVERLESS_APPLICATION_ID: '00emulated1',
      ANYSESSION_EMR_SERVERLESS_EXECUTION_ROLE_ARN: ROLE,
    },
  },
  'emr-ec2': {
    url: 'emr',
    urlVariable: 'AWS_ENDPOINT_URL_EMR',
    variables: {
      ...AWS,
      ANYSESSION_EMR_EC2_CLUSTER_ID: 'j-EMULATED1',
      ANYSESSION_EMR_EC2_EXECUTION_ROLE_ARN: ROLE,
    },
  },
  glue: {
    url: 'glue',
    urlVariable: 'AWS_ENDPOINT_URL_GLUE',
    variables: { ...AWS, ANYSESSION_GLUE_ROLE_ARN: ROLE },
  },
  dataproc: {
    url: 'dataprocGrpc',
    urlVariable: 'GOOGLE_CLOUD_DATAPROC_API_ENDPOINT',
    variables: { GOOGLE_CLOUD_PROJECT: 'emulated-project', GOOGLE_CLOUD_REGION: 'us-central1' },
  },
  healthomics: {
    url: 'healthomics',
    urlVariable: 'AWS_ENDPOINT_URL_OMICS',
    variables: { ...AWS, ANYSESSION_HEALTHOMICS_ROLE_ARN: ROLE },
  },
};

/** The emulators accept any keys. A profile, or the token of real keys, would win over these. */
const AWS_KEYS = { AWS_ACCESS_KEY_ID: 'emulated', AWS_SECRET_ACCESS_KEY: 'emulated' };
const UNSET = 'unset AWS_PROFILE AWS_SESSION_TOKEN';

/** Lines for `eval` in a POSIX shell, after which every provider uses the emulators with these addresses. */
export function shellLines(urls: Readonly<Record<string, string | number>>): string {
  const clouds = Object.values(EMULATED_CLOUDS).filter(({ url }) => url in urls);
  const isAws = clouds.some(({ variables }) => 'AWS_REGION' in variables);
  const variables = Object.assign(
    { ANYSESSION_EMULATOR_PID: urls['pid'] },
    ...clouds.map(({ url, urlVariable, variables }) => ({ [urlVariable]: urls[url], ...variables })),
    's3' in urls ? { AWS_ENDPOINT_URL_S3: urls['s3'] } : {},
    isAws ? AWS_KEYS : {},
  ) as Readonly<Record<string, string | number>>;
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  return [...(isAws ? [UNSET] : []), ...lines].map((line) => `${line}\n`).join('');
}
