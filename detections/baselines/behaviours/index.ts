import type { Behaviour } from '../define.ts';
import { burstOfReconnaissance } from './burst-of-reconnaissance.ts';
import { metadataServiceAskedForTheFirstTime } from './metadata-service-asked-for-the-first-time.ts';
import { requestFromAnUnusualAddress } from './request-from-an-unusual-address.ts';
import { unusualDeployment } from './unusual-deployment.ts';
import { unusualOperationOfAServiceAccount } from './unusual-operation-of-a-service-account.ts';
import { unusualSecretAccess } from './unusual-secret-access.ts';

export const behaviours: readonly Behaviour[] = [
  burstOfReconnaissance,
  metadataServiceAskedForTheFirstTime,
  requestFromAnUnusualAddress,
  unusualDeployment,
  unusualOperationOfAServiceAccount,
  unusualSecretAccess,
];
