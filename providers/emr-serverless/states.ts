import type { SessionState as NativeState } from '@aws-sdk/client-emr-serverless';
import { defineStates } from '../../src/provider-kit/states.ts';
import { EMR_STATES } from '../_aws/emr-states.ts';

/** Every state that the model of EMR Serverless names; a state that a new SDK adds breaks the build here. */
export const EMR_SERVERLESS_STATES = defineStates<NativeState>(EMR_STATES);
