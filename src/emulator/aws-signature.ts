import type { CommonErrors } from './service.ts';
import { header, type WireRequest } from './wire.ts';

/** How much of a request's signature is looked at. */
export interface SignatureRules {
  readonly signingName: string;
  /** The region the emulator plays. */
  readonly region: string;
  /** `checked`: a signature for this region must be there. `any`: it may be missing, and of any region. */
  readonly signature: 'any' | 'checked';
}

const CREDENTIAL = /Credential=[^/\s,]+\/\d{8}\/([^/\s,]+)\/([^/\s,]+)\/aws4_request/;

/**
 * Looks at the credential scope of a SigV4 header, never at the key or the signature: a scope for another service means that
 * a client was pointed to the wrong emulator, which is worth telling apart from any other failure.
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
  const [, region, service] = CREDENTIAL.exec(authorization) ?? [];
  if (service !== undefined && service !== rules.signingName) {
    throw errors.badSignature(
      'InvalidSignatureException',
      `Credential should be scoped to correct service: '${rules.signingName}'.`,
    );
  }
  if (rules.signature === 'checked' && region !== rules.region) {
    throw errors.badSignature(
      'InvalidSignatureException',
      `Credential should be scoped to a valid region: '${rules.region}'.`,
    );
  }
}
