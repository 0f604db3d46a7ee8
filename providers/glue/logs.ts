import type { LogPlace } from '../../src/contract/diagnosis.ts';
import type { Observation } from '../../src/contract/observation.ts';

/**
 * Where Glue writes the logs of a session: two log groups with a stream per session.
 * @see https://docs.aws.amazon.com/glue/latest/dg/interactive-sessions-magics.html (read 2026-11-29). Not verified: the log groups of Spark Connect sessions.
 */
export function logsOf({ handle: { id, scope } }: Observation): readonly LogPlace[] {
  const [region = ''] = scope.split('/');
  return [
    { place: 'the Spark UI of the session', command: `anysession open ${id}` },
    ...['error', 'output'].map((kind) => ({
      place: `CloudWatch log group /aws-glue/sessions/${kind}`,
      command: `aws logs tail /aws-glue/sessions/${kind} --log-stream-name-prefix ${id} --region ${region}`,
    })),
  ];
}
