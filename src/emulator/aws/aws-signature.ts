import type { CommonErrors, EmulatedService } from '../service.ts';
import { header, type WireRequest } from '../wire.ts';

/** How the signature of a request is checked. */
export interface SignatureRules {
  readonly signingName: string;
  readonly region: string;
  /** `checked`: a signature for this region is required. `any`: it may be missing or for any region. */
  readonly signature: 'any' | 'checked';
}

const CREDENTIAL = /Credential=([^/\s,]+)\/\d{8}\/([^/\s,]+)\/([^/\s,]+)\/aws4_request/;

/**
 * Checks the credential scope of a SigV4 header, never the key or the signature: a scope for another service means that the
 * client uses the wrong emulator, which deserves an error of its own.
 *
 * @throws ServiceError when the signature is missing or is for another service or region.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html read 2026-11-21
 */
export function requireSignature(request: WireRequest, rules: SignatureRules, errors: CommonErrors): void {
  const authorization = header(request, 'authorization');
  if (authorization === undefined) {
    if (rules.signature === 'any') return;
    throw errors.badSignature('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const [, , region, service] = CREDENTIAL.exec(authorization) ?? [];
  const invalid = (what: string): Error =>
    errors.badSignature('InvalidSignatureException', `Credential should be scoped to ${what}.`);
  if (service !== undefined && service !== rules.signingName) {
    throw invalid(`correct service: '${rules.signingName}'`);
  }
  if (rules.signature === 'checked' && region !== rules.region) throw invalid(`a valid region: '${rules.region}'`);
}

/** The access key that a request is signed with. */
export function accessKeyOf(request: WireRequest): string | undefined {
  return CREDENTIAL.exec(header(request, 'authorization') ?? '')?.[1];
}

const TOLERANCE_MS = 5 * 60_000;

/**
 * Checks the time of a signature.
 *
 * @throws ServiceError when it is 5 minutes from the service's time.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html read 2026-11-30
 */
export function requireCurrent(request: WireRequest, nowMs: number, { id, errors }: EmulatedService): void {
  const signedAt = header(request, 'x-amz-date') ?? '';
  const signedAtMs = Date.parse(signedAt.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (Math.abs(signedAtMs - nowMs) <= TOLERANCE_MS) return;
  if (id === 's3') {
    const message = 'The difference between the request time and the current time is too large.';
    throw errors.badSignature('RequestTimeTooSkewed', message);
  }
  const basic = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
  const isLate = signedAtMs < nowMs;
  const limit = basic(nowMs + (isLate ? -TOLERANCE_MS : TOLERANCE_MS));
  const message = isLate
    ? `Signature expired: ${signedAt} is now earlier than ${limit} (${basic(nowMs)} - 5 min.)`
    : `Signature not yet current: ${signedAt} is still later than ${limit} (${basic(nowMs)} + 5 min.)`;
  throw errors.badSignature('InvalidSignatureException', message);
}
