/** Where a session is. */
export interface SessionPlace {
  readonly region: string;
  readonly workgroup: string;
  readonly sessionId: string;
}

/**
 * The ARN by which a session's dashboard is asked for. Partition and account come from the ARN of the role that the session
 * runs as, which is in the same account: so nobody needs one more permission, or one more SDK, to learn the account.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetResourceDashboard.html (read 2026-11-20)
 */
export function toDashboardArn(place: SessionPlace, roleArn: string | undefined): string | undefined {
  const [, partition, account] = /^arn:([^:]+):iam::(\d{12}):role\//.exec(roleArn ?? '') ?? [];
  if (partition === undefined || account === undefined) return undefined;
  return `arn:${partition}:athena:${place.region}:${account}:workgroup/${place.workgroup}/session/${place.sessionId}`;
}
