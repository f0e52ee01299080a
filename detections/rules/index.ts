import { anonymousRequestAnswered } from './anonymous-request-answered.ts';
import { bindingToClusterAdmin } from './binding-to-cluster-admin.ts';
import type { Detection } from './define.ts';
import { execIntoAPod } from './exec-into-a-pod.ts';
import { programWithoutAFile } from './program-without-a-file.ts';
import { shellOnASocket } from './shell-on-a-socket.ts';

/** Every detection that comes with Portolan. */
export const detections: readonly Detection[] = [
  anonymousRequestAnswered,
  bindingToClusterAdmin,
  execIntoAPod,
  programWithoutAFile,
  shellOnASocket,
];
