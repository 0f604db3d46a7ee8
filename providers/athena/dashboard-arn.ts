/** The place of a session. */
export interface SessionPlace {
  readonly region: string;
  readonly workgroup: string;
  readonly sessionId: string;
}

/**
 * The ARN of a session's dashboard. Partition and account come from the ARN of the session's role, which is in the same
 * account: this needs no further permission or SDK.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetResourceDashboard.html (read 2026-11-20)
 */
export function toDashboardArn(place: SessionPlace, roleArn: string | undefined): string | undefined {
  const [, partition, account] = /^arn:([^:]+):iam::(\d{12}):role\//.exec(roleArn ?? '') ?? [];
  if (partition === undefined || account === undefined) return undefined;
  return `arn:${partition}:athena:${place.region}:${account}:workgroup/${place.workgroup}/session/${place.sessionId}`;
}
