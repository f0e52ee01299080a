import type { NodeEvent } from '../engine/fields/syscall.ts';
import { anotherProcessTakenHoldOf } from '../rules/another-process-taken-hold-of.ts';
import { deviceOrHostDiskMountedInAContainer } from '../rules/device-or-host-disk-mounted-in-a-container.ts';
import { escapeByAHelperOfTheKernel } from '../rules/escape-by-a-helper-of-the-kernel.ts';
import { kernelModuleLoadedFromAContainer } from '../rules/kernel-module-loaded-from-a-container.ts';
import { runtimeSocketOpenedInAContainer } from '../rules/runtime-socket-opened-in-a-container.ts';
import { type GraphView, type Named, refOf } from './graph-view.ts';
import { type NodeAlert, saidBy } from './node-alert.ts';
import type { NodePlace } from './node-place.ts';
import type { ProvenStep } from './proofs.ts';

/** The ways out of a container that a rule sees being gone, each if the event is of it; not every event of the rule need be. */
const waysOut: ReadonlyMap<string, { readonly edge: string; readonly is?: (event: NodeEvent) => boolean }> = new Map([
  [kernelModuleLoadedFromAContainer.name, { edge: 'CE_MODULE_LOAD' }],
  [deviceOrHostDiskMountedInAContainer.name, { edge: 'CE_PRIV_MOUNT' }],
  [runtimeSocketOpenedInAContainer.name, { edge: 'CE_RUNTIME_SOCK' }],
  [
    escapeByAHelperOfTheKernel.name,
    {
      edge: 'CE_CGROUP_RELEASE_AGENT',
      is: (event: NodeEvent) => saidBy(event, 'fd.name')?.endsWith('/release_agent') ?? false,
    },
  ],
  [
    anotherProcessTakenHoldOf.name,
    { edge: 'CE_SYS_PTRACE', is: (event: NodeEvent) => saidBy(event, 'target.container.id') === 'host' },
  ],
]);

/**
 * The steps of the graph that an alert of a sensor shows being taken: out of the container to its node, where the graph has
 * that step. Nothing where several containers of the pod have it and the event does not say which it was.
 */
export async function provenOnNode(
  { rule, event }: NodeAlert,
  { subjects }: NodePlace,
  view: GraphView,
): Promise<readonly ProvenStep[]> {
  const way = waysOut.get(rule);
  if (way === undefined || way.is?.(event) === false) return [];
  const named = subjects.filter((subject): subject is Named => 'name' in subject);
  const found = [...(await view.named(named)).values()];
  const [node, pod] = [found.find(({ kind }) => kind === 'Node'), found.find(({ kind }) => kind === 'Pod')];
  if (node === undefined || pod === undefined) return [];
  const container = named.find(({ kind }) => kind === 'Container');
  const inPod = await view.beyond(pod.id, 'HAS_CONTAINER', 'out');
  const from = container === undefined ? inPod : inPod.filter(({ ref }) => ref === refOf(container));
  const steps = await view.steps(
    from.map(({ id }) => id),
    [node.id],
  );
  const taken = steps.filter(({ kind, to }) => kind === way.edge && to === node.id);
  return taken.length === 1 ? taken.map(({ kind, from, to }) => ({ edge: kind, from, to })) : [];
}
