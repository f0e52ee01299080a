import { bindingOpensAPathFromTheInternet } from './binding-opens-a-path-from-the-internet.ts';
import { commandInAPodThatLeadsToClusterAdmin } from './command-in-a-pod-that-leads-to-cluster-admin.ts';
import { credentialTakenAndUsed } from './credential-taken-and-used.ts';
import type { Correlation } from './define.ts';
import { foreignProgramInAPodThatTheInternetReaches } from './foreign-program-in-a-pod-that-the-internet-reaches.ts';
import { refusedOftenThenLetIn } from './refused-often-then-let-in.ts';
import { rightsLookedUpThenUsed } from './rights-looked-up-then-used.ts';
import { tokenUsedAwayFromItsNode } from './token-used-away-from-its-node.ts';

/** Every detection that needs the graph, or more than one event. */
export const correlations: readonly Correlation[] = [
  bindingOpensAPathFromTheInternet,
  commandInAPodThatLeadsToClusterAdmin,
  credentialTakenAndUsed,
  foreignProgramInAPodThatTheInternetReaches,
  refusedOftenThenLetIn,
  rightsLookedUpThenUsed,
  tokenUsedAwayFromItsNode,
];
