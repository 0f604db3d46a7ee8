import type { SessionState as NativeState } from '@aws-sdk/client-emr';
import { defineStates } from '../../src/provider-kit/states.ts';
import { EMR_STATES } from '../_aws/emr-states.ts';

/** Every state that the model of EMR names for sessions; a state that a new SDK adds breaks the build here. */
export const EMR_EC2_STATES = defineStates<NativeState>(EMR_STATES);
