/** The options of each provider whose calls can be recorded, as far as they change its calls. The local engine makes no calls. */
export const REPLAYED_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  athena: ['region', 'workgroup', 'engine', 'executionRoleArn'],
  'emr-serverless': ['region', 'applicationId', 'executionRoleArn', 'startApplication'],
  'emr-ec2': ['region', 'clusterId', 'executionRoleArn'],
  glue: ['region', 'roleArn', 'sessionType', 'glueVersion', 'workerType', 'numberOfWorkers', 'deleteRecord'],
  dataproc: [
    'project',
    'region',
    'sessionType',
    'template',
    'runtimeVersion',
    'subnetwork',
    'network',
    'serviceAccount',
    'deleteRecord',
  ],
};
