import type { LogPlace } from '../../src/contract/diagnosis.ts';
import type { Observation } from '../../src/contract/observation.ts';

/**
 * Where EMR Serverless writes the logs of a session: an application with sessions has managed logs or logs in S3, and only the
 * application says where.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/logging.html (read 2026-11-30)
 */
export function logsOf({ handle }: Observation): readonly LogPlace[] {
  const [region = '', application = ''] = handle.scope.split('/');
  const query = '--query application.monitoringConfiguration';
  return [
    { place: 'the Spark UI of the session, with the logs of its driver', command: `anysession open ${handle.id}` },
    {
      place: 'the bucket or log group of the application, if it has one',
      command: `aws emr-serverless get-application --application-id ${application} --region ${region} ${query}`,
    },
  ];
}
