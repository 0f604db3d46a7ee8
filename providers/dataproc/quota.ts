/**
 * Whether a text is about a quota of Compute Engine, which a session needs and the project has used up. Dataproc writes it into
 * errors (INVALID_ARGUMENT, RESOURCE_EXHAUSTED, ABORTED), into the error of an operation and into the state message. A quota of
 * calls ("Quota exceeded for quota metric … per minute") is a rate.
 * @see https://github.com/GoogleCloudPlatform/data-science-on-gcp/issues/163 (read 2026-11-30)
 * @see https://github.com/GoogleCloudPlatform/python-docs-samples/issues/13456 (read 2026-11-30)
 */
export function isQuotaText(text: string): boolean {
  return /Insufficient '\w+' quota|Quota '\w+' exceeded|exceeds (your available|\w+) quota/i.test(text);
}
